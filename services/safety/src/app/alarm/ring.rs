//! Engine of the ladders: loads the facts of a concern, calls the core of the alarm, and sends the rings it decides [R3e].

use base::{
    database,
    refusal::{is_passing, store_error},
};
use messaging::outbox::{self, Outgoing};
use proto::{safety::v1, subject::RING_DUE};
use sqlx::{Connection as _, PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;
use vault::DataKey;

use super::{
    app::App,
    change::{Change, record},
    envelope,
};
use crate::{
    app::{
        directory::{directory_cache::Known, roster},
        row_security,
    },
    domain::{
        alarm::{
            concern::{Audience, AudienceStatus, State},
            core::{self, Verdict},
            duty, route,
        },
        directory::office::{Holder, NMC, RJ_UNIT},
    },
    store::{
        self,
        alarm::{concern::Concern, raised::New},
    },
};

/// Concerns handled in one transaction.
const BATCH: i64 = 100;
/// Transactions of one tick.
const MAX_PASSES: usize = 20;
/// Open concerns passed to the core at each tick, whatever their hints.
const PAGE: i64 = 500;
const ACTOR: &str = "service:safety";

/// Rings every open concern at once; each ladder goes on as it was. For a database that turns out to be older than its witness knows, or a
/// clock that went back: what was lost may include a ring or an acceptance.
///
/// # Errors
/// A statement failed.
pub async fn all_at_once(pool: &PgPool, now: OffsetDateTime) -> sqlx::Result<u64> {
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    let due = store::alarm::ring::all_anew(&mut tx, now).await?;
    tx.commit().await?;
    Ok(due)
}

/// Calls the core for every office of a locked concern, and carries out its verdicts; returns which audiences rang, and at which level. The
/// recipients are looked up now, not when the concern was raised [TRAP-2].
///
/// # Errors
/// A statement failed.
pub async fn attend(
    tx: &mut PgConnection,
    app: &App,
    concern: &Concern,
    statuses: &mut [AudienceStatus],
) -> sqlx::Result<Vec<(Audience, u32)>> {
    let now = app.clock.now();
    let mut assigned = roster::holders(tx, &app.directory, &offices(statuses)).await?;
    let handed = handed_to(statuses, &assigned);
    if !handed.is_empty() {
        assigned.extend(roster::able(tx, &app.directory, &handed, None).await?);
    }
    let ladder = app.ladders.for_concern(concern.grade, concern.unreadable);
    let verdicts = core::decide(ladder, concern.said, statuses, &assigned, now);
    let mut opened = None;
    let mut rung = Vec::new();
    for (status, verdict) in statuses.iter_mut().zip(verdicts) {
        if !duty::carried_out(status, &verdict, now) {
            continue;
        }
        store::alarm::audience::put(tx, concern.id, status, now).await?;
        let Verdict::Rings(due) = verdict else { continue };
        if opened.is_none() {
            let key = store::alarm::sealed::key(tx, &app.vault, concern.id, now).await?;
            opened = Some((store::alarm::concern::opened(tx, &app.vault, concern.clone()).await?, key));
        }
        if let Some((concern, key)) = &opened {
            send(tx, app, concern, key.as_ref(), status, due).await?;
            rung.push((status.audience, status.level));
        }
    }
    Ok(rung)
}

/// People an office was handed to who may accept for it by their role and are not assigned to it: last of those who are rung.
fn handed_to(statuses: &[AudienceStatus], assigned: &[Holder]) -> Vec<Holder> {
    let named = statuses.iter().filter_map(|status| {
        let holder = status.handed.as_ref()?.to.clone()?;
        Some(Holder { office: route::held_as(&status.office).to_owned(), holder, rank: route::LAST })
    });
    named.filter(|named| !assigned.iter().any(|known| known.office == named.office && known.holder == named.holder)).collect()
}

/// Offices of the directory that must be read to ring these.
fn offices(statuses: &[AudienceStatus]) -> Vec<String> {
    let mut offices: Vec<String> = statuses.iter().map(|status| route::held_as(&status.office).to_owned()).collect();
    offices.extend([RJ_UNIT, NMC].map(str::to_owned));
    offices.sort_unstable();
    offices.dedup();
    offices
}

/// Sends a ring of an office. The concern is passed as it reads, and the ring is sealed under its key where there is one.
async fn send(
    tx: &mut PgConnection,
    app: &App,
    concern: &Concern,
    key: Option<&DataKey>,
    status: &AudienceStatus,
    due: core::Ring,
) -> sqlx::Result<()> {
    let now = app.clock.now();
    let (id, outgoing) = compose(app, concern, key, status, due, now)?;
    store::alarm::ring::insert(tx, id, concern.id, status, outgoing.id, now).await?;
    outbox::enqueue(tx, &outgoing, now).await
}

/// First rings of a new concern, composed from memory without a write: all of its offices owe an acceptance.
pub(in crate::app) fn first(app: &App, known: &Known, new: &mut New, now: OffsetDateTime) -> sqlx::Result<()> {
    let assigned = known.holders(&offices(&new.told), now);
    let ladder = app.ladders.for_concern(new.concern.grade, new.concern.unreadable);
    let verdicts = core::decide(ladder, new.concern.said, &new.told, &assigned, now);
    for (office, verdict) in verdicts.into_iter().enumerate() {
        let Some(status) = new.told.get_mut(office) else { continue };
        duty::carried_out(status, &verdict, now);
        let Verdict::Rings(due) = verdict else { continue };
        let status = status.clone();
        let (id, outgoing) = compose(app, &new.concern, new.key(), &status, due, now)?;
        new.rings.push(store::alarm::raised::Ring { id, office, event: outgoing.id });
        new.outgoing.push(outgoing);
    }
    Ok(())
}

/// A ring, and its message.
fn compose(
    app: &App,
    concern: &Concern,
    key: Option<&DataKey>,
    status: &AudienceStatus,
    due: core::Ring,
    now: OffsetDateTime,
) -> sqlx::Result<(Uuid, Outgoing)> {
    if due.to.no_route {
        tracing::error!(concern.id = %concern.id, office = status.office, step = due.step, "nobody holds the office: nhq and the monitoring centre are rung in its place");
    }
    if due.clock_went_back {
        tracing::error!(concern.id = %concern.id, office = status.office, "the clock stands before the last ring: the office rings now, and its ladder goes on");
    }
    let id = app.ids.uuid();
    let message = message(id, concern, status, due, now);
    // Each ring is its own aggregate: no ring waits for an earlier one.
    let outgoing = Outgoing::event(&app.ids, id, RING_DUE, &message).until_confirmed().batched();
    Ok((id, outgoing.sealed_if(key).map_err(sqlx::Error::from)?))
}

fn message(id: Uuid, concern: &Concern, status: &AudienceStatus, due: core::Ring, now: OffsetDateTime) -> v1::Ring {
    let signed = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let named = |h: Holder| v1::OfficeHolder { office: h.office, holder: h.holder, rank: i32::from(h.rank), cannot_accept: false };
    v1::Ring {
        ring_id: id.to_string(),
        concern_id: concern.id.to_string(),
        audience: envelope::audience(status.audience) as i32,
        step: signed(due.step),
        level: signed(due.level),
        recipients: due.to.holders.into_iter().map(named).collect(),
        envelope: Some(envelope::envelope(concern, status.audience)),
        no_route: due.to.no_route,
        next_ring_at: Some(base::wire::timestamp(due.next)),
        rung_at: Some(base::wire::timestamp(now)),
    }
}

/// Rings anew, in clear, where a start without a key leaves sealed rings in the outbox that cannot be published.
///
/// # Errors
/// The statement failed.
pub async fn ring_anew_without_a_key(pool: &PgPool, app: &App) -> sqlx::Result<()> {
    if app.vault.is_usable().await {
        return Ok(());
    }
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    let hurried = store::alarm::ring::hurry_what_waits_sealed(&mut tx, app.clock.now()).await?;
    tx.commit().await?;
    tracing::error!(audiences = hurried, "there is no key: rings that wait sealed are rung anew");
    Ok(())
}

/// Rings every office that is due, by its hint, or by the core, which checks every open concern in turn; returns how many rang. After a
/// downtime each is rung once, at the step of the present time. A concern that fails is logged and does not stop the others.
///
/// # Errors
/// The database does not answer: what was not rung is due at the next tick.
pub async fn tick(pool: &PgPool, app: &App) -> sqlx::Result<usize> {
    let (mut rung, mut passed_over) = (0, Vec::new());
    for _ in 0..MAX_PASSES {
        let mut tx = database::begin(pool, &row_security::itself()).await?;
        let due = store::alarm::ring::due(&mut tx, app.clock.now(), &passed_over, BATCH).await?;
        for id in &due {
            match climb(&mut tx, app, *id).await? {
                0 => passed_over.push(*id),
                rings => rung += rings,
            }
        }
        tx.commit().await?;
        if due.is_empty() {
            break;
        }
    }
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    for id in ask_in_turn(&mut tx, app).await? {
        if !passed_over.contains(&id) {
            rung += climb(&mut tx, app, id).await?;
        }
    }
    tx.commit().await?;
    Ok(rung)
}

/// One concern of a tick, in its own savepoint: its failure undoes nothing of the others.
async fn climb(tx: &mut PgConnection, app: &App, id: Uuid) -> sqlx::Result<usize> {
    let mut apart = tx.begin().await?;
    match climb_one(&mut apart, app, id).await {
        Ok(rung) => {
            apart.commit().await?;
            Ok(rung)
        }
        Err(error) if is_passing(&error) => Err(error),
        Err(error) => {
            apart.rollback().await?;
            tracing::error!(concern.id = %id, error = store_error(&error), "a concern cannot be rung now: it is tried again at the next tick, and keeps no other");
            Ok(0)
        }
    }
}

async fn climb_one(tx: &mut PgConnection, app: &App, id: Uuid) -> sqlx::Result<usize> {
    let Some(concern) = store::alarm::concern::lock_free(tx, id).await? else { return Ok(0) };
    let mut statuses = store::alarm::audience::of(tx, id).await?;
    ring_and_record(tx, app, &concern, &mut statuses).await
}

async fn ring_and_record(tx: &mut PgConnection, app: &App, concern: &Concern, statuses: &mut [AudienceStatus]) -> sqlx::Result<usize> {
    let rung = attend(tx, app, concern, statuses).await?;
    let state = core::state_after(concern.state, statuses, concern.said);
    for (audience, level) in &rung {
        let revision = store::alarm::concern::advance(tx, concern.id, state).await?;
        let (id, audience, level) = (concern.id, Some(*audience), Some(*level));
        record(tx, app, &Change { concern: id, revision, state, what: "rung", audience, level, graver: None, actor: ACTOR, device: None })
            .await?;
    }
    Ok(rung.len())
}

/// A ring reached nobody: where it is still the newest of its office, the next step of the ladder rings now. Returns how many rang.
///
/// # Errors
/// A statement failed.
pub async fn climb_at_once(tx: &mut PgConnection, app: &App, ring: Uuid) -> sqlx::Result<usize> {
    let Some(sent) = store::alarm::ring::of(tx, ring).await? else { return Ok(0) };
    let Some(concern) = store::alarm::concern::lock(tx, sent.concern).await? else { return Ok(0) };
    let mut statuses = store::alarm::audience::of(tx, concern.id).await?;
    let ladder = app.ladders.for_concern(concern.grade, concern.unreadable);
    let is_its = |status: &&mut AudienceStatus| status.audience.code() == sent.audience && status.office == sent.office;
    let climbed = u32::try_from(sent.step)
        .is_ok_and(|step| statuses.iter_mut().find(is_its).is_some_and(|status| core::climb(ladder, status, step, app.clock.now())));
    if !climbed || concern.state == State::Closed {
        return Ok(0);
    }
    let rung = ring_and_record(tx, app, &concern, &mut statuses).await?;
    if rung > 0 {
        tracing::warn!(concern.id = %concern.id, ring.id = %ring, "a ring reached nobody: the next step of its ladder rings now");
    }
    Ok(rung)
}

/// Open concerns, in turn, for which the core decides otherwise than their hints: no hint, changed ladder, clock or change of holder keeps
/// one silent.
async fn ask_in_turn(tx: &mut PgConnection, app: &App) -> sqlx::Result<Vec<Uuid>> {
    let open = store::alarm::ring::open_after(tx, app.turn.after(), PAGE).await?;
    let whole = i64::try_from(open.len()).is_ok_and(|count| count < PAGE);
    let last = open.last().filter(|_| !whole).map_or(Uuid::nil(), |last| last.id);
    app.turn.move_to(last);
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = open.iter().map(|concern| concern.id).collect();
    let statuses = store::alarm::audience::of_all(tx, &ids).await?;
    let assigned = roster::holders_quietly(tx, &app.directory, &offices(&statuses.values().flatten().cloned().collect::<Vec<_>>())).await?;
    let now = app.clock.now();
    let is_otherwise = |concern: &&store::alarm::ring::Open| {
        let statuses = statuses.get(&concern.id).map(Vec::as_slice).unwrap_or_default();
        let ladder = app.ladders.for_concern(concern.grade, concern.unreadable);
        core::decide(ladder, concern.said, statuses, &assigned, now).into_iter().zip(statuses).any(|(verdict, status)| match verdict {
            Verdict::Silent => false,
            Verdict::Waits(until) => status.next_ring_at != Some(until) || status.accepted.is_some(),
            Verdict::Rings(_) => true,
        })
    };
    Ok(open.iter().filter(is_otherwise).map(|concern| concern.id).collect())
}
