//! Letters to many recipients at once: one statement reads their preferences and keys, one writes them all.

use std::collections::{BTreeMap, BTreeSet};

use messaging::outbox::{Columns, LEASE, Outgoing};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{DataKey, Fault, KeyRow, Keys, NewKeys, Owner, Vault};

use crate::{
    domain::{channel::Kind, concern::Grade, delivery::Channel, inbox::Item, language::Language, ring::Ring},
    store::{
        preference::{self, Preferences},
        sealed::{self, Sealed},
    },
};

/// What is read before letters are written: the preferences of persons, and the key of each object.
#[derive(Default)]
pub struct Known {
    wishes: BTreeMap<String, Preferences>,
    channels: BTreeMap<String, Vec<(Uuid, Kind)>>,
    keys: BTreeMap<Uuid, Result<DataKey, Fault>>,
    /// Keys that the writing statement stores.
    fresh: NewKeys,
}

impl Known {
    /// Preferences of a person; empty where nothing was set.
    #[must_use]
    pub fn wishes(&self, subject: &str) -> Preferences {
        self.wishes.get(subject).cloned().unwrap_or_default()
    }

    /// Channels of a person's own.
    #[must_use]
    pub fn channels(&self, subject: &str) -> &[(Uuid, Kind)] {
        self.channels.get(subject).map_or(&[], Vec::as_slice)
    }

    fn key(&self, about: Uuid) -> Result<&DataKey, Fault> {
        self.keys.get(&about).ok_or(Fault::Unknown)?.as_ref().map_err(Clone::clone)
    }
}

/// Ring that is stored with its letters.
#[derive(Clone)]
pub struct Rung<'a> {
    pub ring: &'a Ring,
    /// Latest time of the alarm's next ring, on the clock of this service.
    pub next_ring_by: Option<OffsetDateTime>,
    /// Confirmation to the alarm that it stands in the inboxes; its aggregate is the ring.
    pub answer: &'a Outgoing,
    /// Trace of the ring.
    pub traceparent: Option<String>,
}

/// Item to be put into an inbox, and its ledger lines.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Its ring; where that was stored before, nothing is written.
    pub ring_id: Option<Uuid>,
    pub item_id: Uuid,
    pub item: Item,
    /// Number of objects, where that grows.
    pub things: Option<i32>,
    /// Ledger line of the inbox item.
    pub noted_id: Uuid,
    /// Ledger lines of what is to leave by other channels.
    pub sendings: Vec<Sending>,
}

/// Ledger line of what is to leave by a channel.
#[derive(Debug, Clone)]
pub struct Sending {
    pub delivery_id: Uuid,
    pub channel: Channel,
    /// Channel of the person's own; nil where it is none.
    pub via: Uuid,
    /// End of the quiet hours that it waits for.
    pub held_until: Option<OffsetDateTime>,
}

/// Result of writing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Rings that were not stored before.
    pub rings: BTreeSet<Uuid>,
    /// Letters that stand in their inbox now, or ring there anew, by the id they were given.
    pub items: BTreeSet<Uuid>,
}

/// Reads the preferences and channels of these persons, and the keys of these objects; a missing key is created, and stored by [`write`].
///
/// # Errors
/// The statement failed.
pub async fn known(db: &mut PgConnection, vault: &Vault, persons: &[String], about: &BTreeSet<Uuid>) -> sqlx::Result<Known> {
    let owners = about.iter().map(|about| sealed::about(*about)).chain(persons.iter().map(|subject| sealed::person(subject)));
    let (kinds, objects): (Vec<String>, Vec<Uuid>) = owners.map(|owner| (owner.kind.to_owned(), owner.object)).unzip();
    let sides = vec![String::new(); kinds.len()];
    let rows = sqlx::query!(
        r#"select id as "id?", kind as "kind?", object as "object?", side as "side?", wrapped as "wrapped?", kek_version as "kek_version?",
                  null::text as "subject?", null::text as "language?", null::text as "email?", null::bytea as "email_sealed?",
                  null::text as "channel?", null::text as "zone?", null::smallint as "quiet_from?", null::smallint as "quiet_until?"
           from keys_owned($1, $2, $3)
           union all
           select null, null, null, null, null, null, subject, language, email, email_sealed, null, zone, quiet_from, quiet_until
           from preference where subject = any($4)
           union all
           select channel_id, null, null, null, null, null, subject, null, null, null, kind, null, null, null from channel
           where subject = any($4) and confirmed_at is not null"#,
        &kinds,
        &objects,
        &sides,
        persons
    )
    .fetch_all(db)
    .await?;
    let (mut known, mut keys, mut persons) = (Known::default(), Vec::new(), Vec::new());
    for row in rows {
        if let (Some(id), Some(kind), Some(object)) = (row.id, row.kind, row.object) {
            let key = KeyRow {
                id,
                kind,
                object,
                side: row.side.unwrap_or_default(),
                wrapped: row.wrapped,
                kek_version: row.kek_version.unwrap_or_default(),
            };
            let unwrapped = vault.unwrapped(&key).await;
            if about.contains(&object) {
                known.keys.insert(object, unwrapped.clone());
            }
            keys.push((id, unwrapped));
        } else if let (Some(subject), Some(id), Some(kind)) = (&row.subject, row.id, row.channel.as_deref()) {
            // A kind that another version knows stops nothing.
            known.channels.entry(subject.clone()).or_default().extend(Kind::of(kind).map(|kind| (id, kind)));
        } else if let Some(subject) = row.subject {
            let hours = preference::hours(row.zone.as_deref(), row.quiet_from, row.quiet_until);
            persons.push((subject, row.language, row.email, row.email_sealed, hours));
        }
    }
    let keys: Keys = keys.into_iter().collect();
    for (subject, language, clear, value, (zone, quiet)) in persons {
        // An address that cannot be opened counts as none, and no inbox waits for it.
        let email = match value {
            Some(value) => Some(sealed::or_marked(keys.text(sealed::email(&subject), Some(&value), None))),
            None => clear.map(Into::into),
        };
        known.wishes.insert(subject, Preferences { language: language.as_deref().and_then(Language::of), email, zone, quiet });
    }
    make_missing(vault, about, &mut known).await;
    Ok(known)
}

/// Creates keys of new objects. Where none can be created, each letter decides what becomes of it.
async fn make_missing(vault: &Vault, about: &BTreeSet<Uuid>, known: &mut Known) {
    let missing: BTreeSet<Owner> =
        about.iter().filter(|about| !known.keys.contains_key(about)).map(|about| sealed::about(*about)).collect();
    match vault.new_keys(&missing).await {
        Ok(fresh) => {
            known.keys.extend(fresh.keys.iter().map(|(owner, key)| (owner.object, Ok(key.clone()))));
            known.fresh = fresh;
        }
        Err(fault) => known.keys.extend(missing.iter().map(|owner| (owner.object, Err(fault.clone())))),
    }
}

/// Stores the rings, their answers and the letters: an existing item rings once more where it is an alarm, or reports what happened later,
/// or more; any other existing item stays as it is. No two rings may be of one audience of one concern, and no two letters of one item.
/// `None`: one of the keys was created concurrently, and nothing was written.
///
/// # Errors
/// The statement failed, or what is no alarm cannot be sealed.
pub async fn write(
    db: &mut PgConnection,
    known: &Known,
    rings: &[Rung<'_>],
    letters: &[Letter],
    at: OffsetDateTime,
) -> sqlx::Result<Option<Written>> {
    let (keys, r, l, s) = (&known.fresh, RingColumns::of(rings), LetterColumns::of(known, letters)?, SendingColumns::of(letters));
    let answers: Vec<Outgoing> = rings.iter().map(|rung| rung.answer.clone()).collect();
    let o = Columns::of(&answers);
    let written = sqlx::query_file!(
        "src/store/letter/write.sql",
        &keys.ids,
        &keys.kinds,
        &keys.objects,
        &keys.sides,
        &keys.wrapped,
        &keys.versions,
        at,
        &r.ring_id,
        &r.concern_id,
        &r.audience,
        &r.step,
        &r.level,
        &r.no_route,
        &r.reference,
        &r.grade,
        &r.next_ring_by as &[Option<OffsetDateTime>],
        &l.ring_id as &[Option<Uuid>],
        &l.item_id,
        &l.recipient,
        &l.template,
        &l.about,
        &l.audience as &[Option<String>],
        &l.reference,
        &l.grade as &[Option<String>],
        &l.language,
        &l.title,
        &l.body,
        &l.envelope as &[Option<Vec<u8>>],
        &l.title_sealed as &[Option<Vec<u8>>],
        &l.body_sealed as &[Option<Vec<u8>>],
        &l.envelope_sealed as &[Option<Vec<u8>>],
        &l.happened_at as &[Option<OffsetDateTime>],
        &l.things as &[Option<i32>],
        &l.noted_id,
        &s.delivery_id,
        &o.ids,
        &o.aggregates,
        &o.subjects,
        &o.bodies,
        &o.confirm,
        &o.urgent,
        &o.sealed,
        &r.traceparent as &[Option<String>],
        at + LEASE,
        &s.item_id,
        &s.channel,
        &s.via,
        &s.held_until as &[Option<OffsetDateTime>]
    )
    .fetch_one(db)
    .await?;
    Ok(written.is_sure.then(|| Written { rings: written.taken.into_iter().collect(), items: written.told.into_iter().collect() }))
}

#[derive(Default)]
struct RingColumns {
    ring_id: Vec<Uuid>,
    concern_id: Vec<Uuid>,
    audience: Vec<String>,
    step: Vec<i32>,
    level: Vec<i32>,
    no_route: Vec<bool>,
    reference: Vec<String>,
    grade: Vec<String>,
    next_ring_by: Vec<Option<OffsetDateTime>>,
    traceparent: Vec<Option<String>>,
}

impl RingColumns {
    fn of(rings: &[Rung<'_>]) -> Self {
        let mut columns = Self::default();
        for Rung { ring, next_ring_by, traceparent, .. } in rings {
            columns.ring_id.push(ring.ring_id.uuid());
            columns.concern_id.push(ring.concern_id.uuid());
            columns.audience.push(ring.audience.code().to_owned());
            columns.step.push(ring.step);
            columns.level.push(ring.level);
            columns.no_route.push(ring.no_route);
            columns.reference.push(ring.reference.clone());
            columns.grade.push(ring.grade.code().to_owned());
            columns.next_ring_by.push(*next_ring_by);
            columns.traceparent.push(traceparent.clone());
        }
        columns
    }
}

#[derive(Default)]
struct LetterColumns {
    ring_id: Vec<Option<Uuid>>,
    item_id: Vec<Uuid>,
    recipient: Vec<String>,
    template: Vec<String>,
    about: Vec<Uuid>,
    audience: Vec<Option<String>>,
    reference: Vec<String>,
    grade: Vec<Option<String>>,
    language: Vec<String>,
    title: Vec<String>,
    body: Vec<String>,
    envelope: Vec<Option<Vec<u8>>>,
    title_sealed: Vec<Option<Vec<u8>>>,
    body_sealed: Vec<Option<Vec<u8>>>,
    envelope_sealed: Vec<Option<Vec<u8>>>,
    happened_at: Vec<Option<OffsetDateTime>>,
    things: Vec<Option<i32>>,
    noted_id: Vec<Uuid>,
}

impl LetterColumns {
    fn of(known: &Known, letters: &[Letter]) -> sqlx::Result<Self> {
        let mut columns = Self::default();
        for letter in letters {
            let item = &letter.item;
            let alarm = item.alarm.as_ref();
            columns.ring_id.push(letter.ring_id);
            columns.item_id.push(letter.item_id);
            columns.recipient.push(item.recipient.as_str().to_owned());
            columns.template.push(item.template.code().to_owned());
            columns.about.push(item.about);
            columns.audience.push(alarm.map(|alarm| alarm.audience.code().to_owned()));
            columns.reference.push(item.reference.clone());
            columns.grade.push(alarm.map(|alarm| Grade::code(alarm.grade).to_owned()));
            columns.language.push(item.language.to_owned());
            columns.happened_at.push(item.happened_at);
            columns.things.push(letter.things);
            columns.noted_id.push(letter.noted_id);
            columns.texts(sealed(known, item)?, item);
        }
        Ok(columns)
    }

    /// The three texts, sealed, or in clear where an alarm must not wait for a key.
    fn texts(&mut self, sealed: Option<Sealed>, item: &Item) {
        let clear = sealed.is_none();
        let in_clear = |text: &str| if clear { text.to_owned() } else { String::new() };
        self.title.push(in_clear(item.title.expose()));
        self.body.push(in_clear(item.body.expose()));
        self.envelope.push(item.alarm.as_ref().filter(|_| clear).map(|alarm| alarm.envelope.expose().clone()));
        let (title, body, envelope) = sealed.map_or((None, None, None), |s| (Some(s.title), Some(s.body), s.envelope));
        self.title_sealed.push(title);
        self.body_sealed.push(body);
        self.envelope_sealed.push(envelope);
    }
}

#[derive(Default)]
struct SendingColumns {
    delivery_id: Vec<Uuid>,
    item_id: Vec<Uuid>,
    channel: Vec<String>,
    via: Vec<Uuid>,
    held_until: Vec<Option<OffsetDateTime>>,
}

impl SendingColumns {
    fn of(letters: &[Letter]) -> Self {
        let mut columns = Self::default();
        for (letter, sending) in letters.iter().flat_map(|letter| letter.sendings.iter().map(move |sending| (letter, sending))) {
            columns.delivery_id.push(sending.delivery_id);
            columns.item_id.push(letter.item_id);
            columns.channel.push(sending.channel.code().to_owned());
            columns.via.push(sending.via);
            columns.held_until.push(sending.held_until);
        }
        columns
    }
}

fn sealed(known: &Known, item: &Item) -> sqlx::Result<Option<Sealed>> {
    let alarm = item.alarm.as_ref();
    let audience = alarm.map(|alarm| alarm.audience.code());
    let place = |column| sealed::item(column, item.recipient.as_str(), item.template.code(), item.about, audience);
    let envelope = alarm.map(|alarm| alarm.envelope.expose().as_slice());
    let sealed = known.key(item.about).and_then(|key| Sealed::new(key, place, item.title.expose(), item.body.expose(), envelope));
    sealed::unless_an_alarm(sealed.map_err(sqlx::Error::from), alarm.is_some())
}
