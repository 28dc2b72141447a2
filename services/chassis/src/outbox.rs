//! What must be told is written in the same transaction as the state it tells of; the relay carries it to the bus.
//!
//! Order is kept within an aggregate: a relay holds the aggregate, not the row. A publish acknowledgement is a hint; a
//! message that must be confirmed is final only when the receiver's own database has it, and is sent again until then.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_nats::HeaderMap;
use bytes::Bytes;
use futures::future::join_all;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use tokio::{sync::Notify, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    bus::{Bus, PUBLISH_DEADLINE},
    clock::{Clock, Ids},
    database::{self, Actor},
    refusal::store_error,
    trace,
    vault::{BATCH, DataKey, Fault, Keys, Owner, Place, Vault, month},
};

/// The relay looks for waiting messages at least this often, woken or not.
const POLL: Duration = Duration::from_millis(200);
/// Aggregates carried in one pass: as few as an urgent message may have to wait for.
const AGGREGATES: i64 = 64;
/// Passes of one look; after them the relay hears whether it must stop.
const PASSES: usize = 20;
/// Messages carried in one pass.
const MESSAGES: i64 = 256;
/// A message that must be confirmed is sent again when it was not, this long after it was carried.
const CONFIRM_WITHIN: time::Duration = time::Duration::seconds(3);
/// That holds for the first minute. Then the receiver is down rather than late: repetitions only fill the stream it will read, and
/// what was carried once waits there for it. They come more seldom, and never end.
const AT_FIRST: time::Duration = time::Duration::minutes(1);
const AFTERWARDS: time::Duration = time::Duration::seconds(15);
const FOR_A_WHILE: time::Duration = time::Duration::minutes(5);
const FROM_THEN_ON: time::Duration = time::Duration::seconds(60);

/// One message waiting for the bus.
#[derive(Clone)]
pub struct Outgoing {
    /// Event id: `ce-id`, the same for every attempt.
    pub id: Uuid,
    /// Messages of one aggregate keep their order.
    pub aggregate: Uuid,
    pub subject: String,
    pub body: Vec<u8>,
    /// Send again until [`confirm`]ed.
    pub confirm: bool,
    /// Carry before anything that is not urgent.
    pub urgent: bool,
    /// The body is sealed: it is opened when it is carried.
    pub sealed: bool,
}

impl Outgoing {
    /// A fact or an answer, carried at least once.
    #[must_use]
    pub fn event(ids: &Ids, aggregate: Uuid, subject: impl Into<String>, message: &impl prost::Message) -> Self {
        Self {
            id: ids.uuid(),
            aggregate,
            subject: subject.into(),
            body: message.encode_to_vec(),
            confirm: false,
            urgent: false,
            sealed: false,
        }
    }

    /// The same, sent again until the receiver has confirmed it. What must arrive is urgent.
    #[must_use]
    pub fn until_confirmed(self) -> Self {
        Self { confirm: true, urgent: true, ..self }
    }

    /// The same with its body sealed under `key` while it waits, and afterwards.
    ///
    /// # Errors
    /// The body cannot be sealed.
    pub fn sealed(self, key: &DataKey) -> Result<Self, Fault> {
        Ok(Self { body: key.seal(place(self.id), &self.body)?, sealed: true, ..self })
    }

    /// The same, sealed where there is a key: what must not be lost waits for none, and is sealed later.
    ///
    /// # Errors
    /// The body cannot be sealed.
    pub fn sealed_if(self, key: Option<&DataKey>) -> Result<Self, Fault> {
        match key {
            Some(key) => self.sealed(key),
            None => Ok(self),
        }
    }

    /// The same, carried before anything that is not urgent: an alarm, or an answer that somebody waits for.
    #[must_use]
    pub fn urgent(self) -> Self {
        Self { urgent: true, ..self }
    }
}

/// Where the body of a message stands.
const fn place(id: Uuid) -> Place {
    Place::new("outbox", "body", id)
}

/// Wakes the relay right after a commit.
#[derive(Debug, Clone, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// Writes a message into the outbox, with the trace context of the current span.
///
/// # Errors
/// The statement failed; the caller's transaction with it.
pub async fn enqueue(tx: &mut PgConnection, outgoing: &Outgoing, at: OffsetDateTime) -> sqlx::Result<()> {
    enqueue_all(tx, std::slice::from_ref(outgoing), at).await
}

/// Writes several messages in one statement, in their order.
///
/// # Errors
/// The statement failed; the caller's transaction with it.
pub async fn enqueue_all(tx: &mut PgConnection, list: &[Outgoing], at: OffsetDateTime) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = list.iter().map(|o| o.id).collect();
    let aggregates: Vec<Uuid> = list.iter().map(|o| o.aggregate).collect();
    let subjects: Vec<String> = list.iter().map(|o| o.subject.clone()).collect();
    let bodies: Vec<Vec<u8>> = list.iter().map(|o| o.body.clone()).collect();
    let confirm: Vec<bool> = list.iter().map(|o| o.confirm).collect();
    let urgent: Vec<bool> = list.iter().map(|o| o.urgent).collect();
    let sealed: Vec<bool> = list.iter().map(|o| o.sealed).collect();
    sqlx::query!(
        "insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
         select id, aggregate, subject, body, must_be_confirmed, urgent, sealed, $8, $9, $9
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::bool[], $6::bool[], $7::bool[]) with ordinality
              as waiting (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, place)
         order by place",
        &ids,
        &aggregates,
        &subjects,
        &bodies,
        &confirm,
        &urgent,
        &sealed,
        trace::current(),
        at,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes a fact that is told again and again under one id: the row that stands there is carried once more.
///
/// # Errors
/// The statement failed; the caller's transaction with it.
pub async fn tell_again(tx: &mut PgConnection, outgoing: &Outgoing, at: OffsetDateTime) -> sqlx::Result<()> {
    let told = sqlx::query!(
        "update outbox set carried_at = null, next_attempt_at = $2, urgent = $3 where id = $1",
        outgoing.id,
        at,
        outgoing.urgent
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    if told == 0 { enqueue(tx, outgoing, at).await } else { Ok(()) }
}

/// Notes that the receiver's own database holds the message. `false` where it was confirmed before, or is not ours.
///
/// # Errors
/// The statement failed.
pub async fn confirm(tx: &mut PgConnection, id: Uuid, at: OffsetDateTime) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update outbox set confirmed_at = $2, carried_at = coalesce(carried_at, $2)
         where id = $1 and must_be_confirmed and confirmed_at is null",
        id,
        at
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The same for several messages.
///
/// # Errors
/// A statement failed.
pub async fn confirm_all(tx: &mut PgConnection, ids: &[Uuid], at: OffsetDateTime) -> sqlx::Result<()> {
    hold(tx, ids).await?;
    for id in ids {
        confirm(tx, *id, at).await?;
    }
    Ok(())
}

/// Takes several rows in one order for everybody: two that take the same rows in two orders wait for each other.
async fn hold(tx: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("select id from outbox where id = any($1) order by position for update", ids).fetch_all(tx).await?;
    Ok(())
}

/// A message that was not confirmed in time.
pub struct Unconfirmed {
    pub id: Uuid,
    pub subject: String,
    pub body: Vec<u8>,
}

/// Messages that must be confirmed and were not within three seconds, oldest first; at most `limit`. Those in clear come before those
/// that need a key: without one, they are what can still be handed over.
/// For the second road: a direct call to the receiver.
///
/// # Errors
/// The statement failed.
pub async fn unconfirmed(db: &mut PgConnection, vault: &Vault, at: OffsetDateTime, limit: i64) -> sqlx::Result<Vec<Unconfirmed>> {
    let rows = sqlx::query!(
        "select id, subject, body, sealed from outbox
         where must_be_confirmed and confirmed_at is null and created_at < $1
         order by sealed, position limit $2",
        at - CONFIRM_WITHIN,
        limit
    )
    .fetch_all(&mut *db)
    .await?;
    let sealed: Vec<&[u8]> = rows.iter().filter(|row| row.sealed).map(|row| row.body.as_slice()).collect();
    let keys = vault.keys_of(db, &sealed).await?;
    let open = rows.into_iter().filter_map(|row| {
        let body = readable(&keys, row.id, row.body, row.sealed)?;
        Some(Unconfirmed { id: row.id, subject: row.subject, body })
    });
    Ok(open.collect())
}

/// The body as it travels. One whose key is away waits, and does not keep the others.
fn readable(keys: &Keys, id: Uuid, body: Vec<u8>, sealed: bool) -> Option<Vec<u8>> {
    if !sealed {
        return Some(body);
    }
    match keys.open(place(id), &body) {
        Ok(body) => Some(body.into_inner()),
        Err(fault) => {
            tracing::error!(event.id = %id, error = %fault, "a message that waits cannot be opened: it stays in the outbox");
            None
        }
    }
}

/// Seals bodies that were written without a key, or by a version that did not seal, under the key of the month; how many.
pub(crate) async fn seal_in_clear(tx: &mut PgConnection, vault: &Vault, subjects: &[&str], at: OffsetDateTime) -> sqlx::Result<usize> {
    if subjects.is_empty() {
        return Ok(0);
    }
    let patterns: Vec<String> = subjects.iter().map(|subject| subject.replace('*', "%")).collect();
    let rows = sqlx::query!(
        "select id, body from outbox where not sealed and subject like any($1) order by position limit $2 for update skip locked",
        &patterns,
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let key = vault.key(tx, Owner::of("outbox", month(at)), at).await?;
    for row in &rows {
        let sealed = key.seal(place(row.id), &row.body)?;
        sqlx::query!("update outbox set body = $2, sealed = true where id = $1", row.id, sealed).execute(&mut *tx).await?;
    }
    Ok(rows.len())
}

struct Waiting {
    id: Uuid,
    aggregate: Uuid,
    subject: String,
    traceparent: Option<String>,
    body: Vec<u8>,
    sealed: bool,
    attempt: i32,
    created_at: OffsetDateTime,
    next_attempt_at: OffsetDateTime,
}

pub(crate) struct Relay {
    pub name: &'static str,
    pub pool: PgPool,
    pub bus: Bus,
    pub clock: Clock,
    pub wake: Wake,
    pub vault: Vault,
}

impl Relay {
    /// Carries until stopped; then once more, so that what was just committed leaves with us.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let (stopping, polling) = tokio::select! {
                () = stop.cancelled() => (true, false),
                () = self.wake.0.notified() => (false, false),
                _ = poll.tick() => (false, true),
            };
            if let Err(error) = self.look(polling).await {
                tracing::warn!(error = store_error(&error), "the outbox cannot be read");
            }
            if stopping {
                return Ok(());
            }
        }
    }

    /// Carries what waits, for a bounded number of passes; where more waits, the next look follows at once.
    async fn look(&self, polling: bool) -> sqlx::Result<()> {
        if polling {
            self.take_back_unconfirmed().await?;
        }
        for _ in 0..PASSES {
            if !self.bus.is_connected() || self.pass().await? == 0 {
                return Ok(());
            }
        }
        self.wake.wake();
        Ok(())
    }

    /// What must be confirmed and was not in time waits again, under a new attempt and so a new Nats-Msg-Id.
    async fn take_back_unconfirmed(&self) -> sqlx::Result<()> {
        let now = self.clock.now();
        let mut tx = database::begin(&self.pool, &Actor::service(self.name)).await?;
        let overdue = sqlx::query!(
            "update outbox set carried_at = null where id in (
                 select id from outbox where must_be_confirmed and confirmed_at is null
                     and carried_at < case when created_at > $1 then $2 when created_at > $3 then $4 else $5::timestamptz end
                 order by position for update skip locked limit 256)",
            now - AT_FIRST,
            now - CONFIRM_WITHIN,
            now - FOR_A_WHILE,
            now - AFTERWARDS,
            now - FROM_THEN_ON
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        tx.commit().await?;
        if overdue > 0 {
            tracing::warn!(outbox.overdue = overdue, "messages were not confirmed in time: sent again");
        }
        Ok(())
    }

    /// One pass over what waits; how many messages were carried.
    async fn pass(&self) -> sqlx::Result<usize> {
        let now = self.clock.now();
        let mut tx = database::begin(&self.pool, &Actor::service(self.name)).await?;
        let batch = self.claim(&mut tx, now).await?;
        if batch.is_empty() {
            return Ok(0);
        }
        let sealed: Vec<&[u8]> = batch.iter().filter(|waiting| waiting.sealed).map(|waiting| waiting.body.as_slice()).collect();
        let keys = self.vault.keys_of(&mut tx, &sealed).await?;
        let mut by_aggregate: BTreeMap<Uuid, Vec<Waiting>> = BTreeMap::new();
        for waiting in batch {
            by_aggregate.entry(waiting.aggregate).or_default().push(waiting);
        }
        let outcomes = join_all(by_aggregate.into_values().map(|list| self.carry(list, &keys, now))).await;
        let (carried, failed): (Vec<Vec<Uuid>>, Vec<Option<Uuid>>) = outcomes.into_iter().unzip();
        let carried = carried.concat();
        let failed: Vec<Uuid> = failed.into_iter().flatten().collect();
        hold(&mut tx, &[carried.as_slice(), failed.as_slice()].concat()).await?;
        sqlx::query!("update outbox set carried_at = $2, attempt = attempt + 1 where id = any($1)", &carried, self.clock.now())
            .execute(&mut *tx)
            .await?;
        sqlx::query!(
            "update outbox set attempt = attempt + 1,
                 next_attempt_at = $2::timestamptz + least(interval '5 seconds', interval '200 milliseconds' * power(2, least(attempt, 10)))
             where id = any($1)",
            &failed,
            now
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(carried.len())
    }

    /// The messages of the aggregates this relay holds, read after the lock so that another relay's work is seen.
    async fn claim(&self, tx: &mut PgConnection, now: OffsetDateTime) -> sqlx::Result<Vec<Waiting>> {
        let candidates = sqlx::query_scalar!(
            "select distinct aggregate from (
                 select aggregate from outbox where carried_at is null and next_attempt_at <= $1
                 order by not urgent, position limit $2) as first",
            now,
            AGGREGATES
        )
        .fetch_all(&mut *tx)
        .await?;
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        let held = sqlx::query_scalar!(
            r#"select aggregate as "aggregate!" from unnest($1::uuid[]) as candidate (aggregate)
               where pg_try_advisory_xact_lock(hashtextextended(aggregate::text, 0))"#,
            &candidates
        )
        .fetch_all(&mut *tx)
        .await?;
        sqlx::query_as!(
            Waiting,
            "select id, aggregate, subject, traceparent, body, sealed, attempt, created_at, next_attempt_at
             from outbox where carried_at is null and aggregate = any($1) order by position limit $2",
            &held,
            MESSAGES
        )
        .fetch_all(&mut *tx)
        .await
    }

    /// Publishes one aggregate's messages in order; stops at the first that fails or is not yet due.
    async fn carry(&self, list: Vec<Waiting>, keys: &Keys, now: OffsetDateTime) -> (Vec<Uuid>, Option<Uuid>) {
        let mut carried = Vec::with_capacity(list.len());
        for mut waiting in list {
            if waiting.next_attempt_at > now {
                break;
            }
            let id = waiting.id;
            let Some(body) = readable(keys, id, std::mem::take(&mut waiting.body), waiting.sealed) else {
                return (carried, Some(id));
            };
            waiting.body = body;
            match tokio::time::timeout(PUBLISH_DEADLINE * 2, self.publish(waiting)).await {
                Ok(Ok(())) => carried.push(id),
                Ok(Err(error)) => {
                    tracing::warn!(event.id = %id, error = %error, "the bus did not take a message: it stays in the outbox");
                    return (carried, Some(id));
                }
                Err(_) => {
                    tracing::warn!(event.id = %id, "the bus did not answer in time: the message stays in the outbox");
                    return (carried, Some(id));
                }
            }
        }
        (carried, None)
    }

    async fn publish(&self, waiting: Waiting) -> Result<(), async_nats::jetstream::context::PublishError> {
        let headers = self.headers(&waiting);
        let subject = waiting.subject;
        let ack = self.bus.jetstream.publish_with_headers(subject, headers, Bytes::from(waiting.body)).await?;
        ack.await?;
        Ok(())
    }

    /// CloudEvents 1.0 in NATS headers.
    fn headers(&self, waiting: &Waiting) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let time = waiting.created_at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
        headers.insert("Nats-Msg-Id", format!("{}.{}", waiting.id, waiting.attempt));
        headers.insert("ce-specversion", "1.0");
        headers.insert("ce-id", waiting.id.to_string());
        headers.insert("ce-source", format!("/ro/{}", self.name));
        headers.insert("ce-type", event_type(&waiting.subject));
        headers.insert("ce-time", time);
        headers.insert("content-type", "application/protobuf");
        if let Some(context) = &waiting.traceparent {
            headers.insert("traceparent", context.as_str());
        }
        headers
    }
}

/// The kind of a message: its subject without the site or region at the end of submissions and receipts.
fn event_type(subject: &str) -> String {
    let tokens: Vec<&str> = subject.split('.').collect();
    match tokens.as_slice() {
        [head @ .., _] if tokens.get(2).is_some_and(|kind| *kind != "event" && *kind != "ring") => head.join("."),
        _ => subject.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::event_type;

    #[test]
    fn the_kind_of_a_message_names_no_site() {
        assert_eq!(event_type("ro.cases.event.case-opened"), "ro.cases.event.case-opened");
        assert_eq!(event_type("ro.safety.ring.head"), "ro.safety.ring.head");
        assert_eq!(event_type("ro.safety.raise.mission"), "ro.safety.raise");
        assert_eq!(event_type("ro.intake.submit.referral.mission"), "ro.intake.submit.referral");
    }
}
