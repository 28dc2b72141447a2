//! New concerns with all of their rows, several of them in one statement.

use messaging::outbox::{LEASE, Outgoing};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{DataKey, NewKeys};

use super::{
    concern::{Concern, Content},
    sealed,
};
use crate::domain::alarm::concern::AudienceStatus;

/// Concern that was decided and not yet written.
pub struct New {
    pub concern: Concern,
    /// Content, under a key that is written with it.
    sealed: Vec<u8>,
    keys: NewKeys,
    pub told: Vec<AudienceStatus>,
    pub rings: Vec<Ring>,
    /// Its timeline entry.
    pub what: &'static str,
    /// Rings and facts, in their order.
    pub outgoing: Vec<Outgoing>,
    pub traceparent: Option<String>,
}

/// Ring of one of its offices.
pub struct Ring {
    pub id: Uuid,
    /// Index of the office among the audiences.
    pub office: usize,
    /// Id of its message.
    pub event: Uuid,
}

impl New {
    /// Concern with its content sealed under the first of `keys`. `None` where it cannot be sealed.
    #[must_use]
    pub fn of(concern: Concern, keys: NewKeys, what: &'static str) -> Option<Self> {
        let Content::Clear(said) = &concern.content else { return None };
        let (_, key) = keys.keys.first()?;
        let sealed = key.seal(sealed::content(concern.id), said).ok()?;
        let (told, rings, outgoing) = (Vec::new(), Vec::new(), Vec::new());
        Some(Self { concern, sealed, keys, told, rings, what, outgoing, traceparent: None })
    }

    /// Key of the concern.
    #[must_use]
    pub fn key(&self) -> Option<&DataKey> {
        self.keys.keys.first().map(|(_, key)| key)
    }
}

/// Writes new concerns; returns the ids of those that were recorded. One whose id, reference or key is taken is skipped, with all of its
/// rows. No two may have the same id.
///
/// # Errors
/// The statement failed: nothing is recorded.
pub async fn insert(db: &mut PgConnection, set: &[&New]) -> sqlx::Result<Vec<Uuid>> {
    let (keys, concerns, offices) = (Keys::of(set), Concerns::of(set), Offices::of(set));
    let (rings, events) = (Rings::of(set), Events::of(set));
    sqlx::query_file_scalar!(
        "src/store/alarm/raised.sql",
        &keys.ids,
        &concerns.ids,
        &keys.wrapped,
        &keys.versions,
        &concerns.at,
        &concerns.references,
        &concerns.grades,
        &concerns.sites as &[Option<String>],
        &concerns.sealed,
        &concerns.unreadable,
        &concerns.raised_by,
        &concerns.states,
        &concerns.revisions,
        &concerns.ladders,
        &offices.concerns,
        &offices.kinds,
        &offices.offices,
        &offices.rung_from,
        &offices.rung_at as &[Option<OffsetDateTime>],
        &offices.anew,
        &offices.unheld,
        &offices.steps,
        &offices.levels,
        &offices.rings,
        &offices.next as &[Option<OffsetDateTime>],
        &rings.ids,
        &rings.concerns,
        &rings.kinds,
        &rings.offices,
        &rings.steps,
        &rings.events,
        &rings.at,
        &concerns.what,
        &events.ids,
        &events.concerns,
        &events.aggregates,
        &events.subjects,
        &events.bodies,
        &events.confirm,
        &events.urgent,
        &events.sealed,
        &events.traceparents as &[Option<String>],
        &events.at,
        &events.leased,
    )
    .fetch_all(db)
    .await
}

fn signed(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// Columns of the data keys; an owner is the concern in the same place.
#[derive(Default)]
struct Keys {
    ids: Vec<Uuid>,
    wrapped: Vec<Vec<u8>>,
    versions: Vec<i32>,
}

impl Keys {
    fn of(set: &[&New]) -> Self {
        let mut columns = Self::default();
        for keys in set.iter().map(|new| &new.keys) {
            columns.ids.extend(keys.ids.iter().take(1));
            columns.wrapped.extend(keys.wrapped.iter().take(1).cloned());
            columns.versions.extend(keys.versions.iter().take(1));
        }
        columns
    }
}

#[derive(Default)]
struct Concerns {
    ids: Vec<Uuid>,
    references: Vec<String>,
    grades: Vec<String>,
    sites: Vec<Option<String>>,
    sealed: Vec<Vec<u8>>,
    unreadable: Vec<bool>,
    raised_by: Vec<String>,
    at: Vec<OffsetDateTime>,
    states: Vec<String>,
    revisions: Vec<i64>,
    ladders: Vec<i32>,
    what: Vec<String>,
}

impl Concerns {
    fn of(set: &[&New]) -> Self {
        let mut columns = Self::default();
        for New { concern, sealed, what, .. } in set {
            columns.ids.push(concern.id);
            columns.references.push(concern.reference.clone());
            columns.grades.push(concern.grade.code().to_owned());
            columns.sites.push(concern.site.clone());
            columns.sealed.push(sealed.clone());
            columns.unreadable.push(concern.unreadable);
            columns.raised_by.push(concern.raised_by.clone());
            columns.at.push(concern.raised_at);
            columns.states.push(concern.state.code().to_owned());
            columns.revisions.push(concern.revision);
            columns.ladders.push(concern.ladder_version);
            columns.what.push((*what).to_owned());
        }
        columns
    }
}

#[derive(Default)]
struct Offices {
    concerns: Vec<Uuid>,
    kinds: Vec<String>,
    offices: Vec<String>,
    rung_from: Vec<OffsetDateTime>,
    rung_at: Vec<Option<OffsetDateTime>>,
    anew: Vec<bool>,
    unheld: Vec<bool>,
    steps: Vec<i32>,
    levels: Vec<i32>,
    rings: Vec<i32>,
    next: Vec<Option<OffsetDateTime>>,
}

impl Offices {
    fn of(set: &[&New]) -> Self {
        let mut columns = Self::default();
        for (new, status) in set.iter().flat_map(|new| new.told.iter().map(move |status| (new, status))) {
            columns.concerns.push(new.concern.id);
            columns.kinds.push(status.audience.code().to_owned());
            columns.offices.push(status.office.clone());
            columns.rung_from.push(status.rung_from);
            columns.rung_at.push(status.rung_at);
            columns.anew.push(status.anew);
            columns.unheld.push(status.unheld);
            columns.steps.push(signed(status.step));
            columns.levels.push(signed(status.level));
            columns.rings.push(signed(status.rings));
            columns.next.push(status.next_ring_at);
        }
        columns
    }
}

#[derive(Default)]
struct Rings {
    ids: Vec<Uuid>,
    concerns: Vec<Uuid>,
    kinds: Vec<String>,
    offices: Vec<String>,
    steps: Vec<i32>,
    events: Vec<Uuid>,
    at: Vec<OffsetDateTime>,
}

impl Rings {
    fn of(set: &[&New]) -> Self {
        let mut columns = Self::default();
        for (new, ring) in set.iter().flat_map(|new| new.rings.iter().map(move |ring| (new, ring))) {
            let Some(status) = new.told.get(ring.office) else { continue };
            columns.ids.push(ring.id);
            columns.concerns.push(new.concern.id);
            columns.kinds.push(status.audience.code().to_owned());
            columns.offices.push(status.office.clone());
            columns.steps.push(signed(status.step));
            columns.events.push(ring.event);
            columns.at.push(new.concern.raised_at);
        }
        columns
    }
}

#[derive(Default)]
struct Events {
    ids: Vec<Uuid>,
    concerns: Vec<Uuid>,
    aggregates: Vec<Uuid>,
    subjects: Vec<String>,
    bodies: Vec<Vec<u8>>,
    confirm: Vec<bool>,
    urgent: Vec<bool>,
    sealed: Vec<bool>,
    traceparents: Vec<Option<String>>,
    at: Vec<OffsetDateTime>,
    leased: Vec<OffsetDateTime>,
}

impl Events {
    fn of(set: &[&New]) -> Self {
        let mut columns = Self::default();
        for (new, event) in set.iter().flat_map(|new| new.outgoing.iter().map(move |event| (new, event))) {
            columns.ids.push(event.id);
            columns.concerns.push(new.concern.id);
            columns.aggregates.push(event.aggregate);
            columns.subjects.push(event.subject.clone());
            columns.bodies.push(event.body.clone());
            columns.confirm.push(event.confirm);
            columns.urgent.push(event.urgent);
            columns.sealed.push(event.sealed);
            columns.traceparents.push(new.traceparent.clone());
            columns.at.push(new.concern.raised_at);
            columns.leased.push(new.concern.raised_at + LEASE);
        }
        columns
    }
}
