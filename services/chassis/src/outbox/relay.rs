//! Carries what waits in the outbox to the bus, and again what was not confirmed in time.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use async_nats::HeaderMap;
use bytes::Bytes;
use futures::future::join_all;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{CONFIRM_WITHIN, Wake, lost::Streams, readable};
use crate::{
    bus::{Bus, PUBLISH_DEADLINE},
    clock::{self, Clock},
    database::{self, Actor},
    lifecycle::Context,
    refusal::store_error,
    vault::{Keys, Vault},
};

/// The relay looks for waiting messages at least this often, woken or not.
const POLL: Duration = Duration::from_millis(200);
/// Aggregates carried in one pass: as few as an urgent message may have to wait for.
const AGGREGATES: i64 = 64;
/// Messages of one aggregate carried in one pass: a long one hides nobody else's.
const OF_ONE_AGGREGATE: i64 = 8;
/// Passes of one look; after them the relay hears whether it must stop.
const PASSES: usize = 20;
/// What the publishing of one pass may take, and after which a look begins no further pass. A bus that is slow and answers would else hold
/// the transaction for longer than the database allows, and all that was carried would be carried again, for ever.
pub(crate) const BUDGET: Duration = Duration::from_secs(3);
/// The longest pause after a try that failed.
const LONGEST_PAUSE: time::Duration = time::Duration::seconds(5);
/// What is not confirmed is carried again after [`CONFIRM_WITHIN`], and then after twice as long each time: the stream holds a copy of it
/// already, more of them only fill it, and direct delivery knocks meanwhile. They come more seldom, and never end.
const SELDOM: time::Duration = time::Duration::hours(1);

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

/// What came of one aggregate's messages.
#[derive(Default)]
struct Outcome {
    carried: Vec<Carried>,
    failed: Option<Uuid>,
}

/// A message and where the bus put it.
struct Carried {
    id: Uuid,
    stream: String,
    place: i64,
}

pub(crate) struct Relay {
    pub name: &'static str,
    pub pool: PgPool,
    pub bus: Bus,
    pub clock: Clock,
    pub wake: Wake,
    pub vault: Vault,
}

impl Context {
    /// Carries the outbox to the bus until the process stops.
    pub fn carry_outbox(&self) {
        self.spawn("outbox-relay", self.relay().run(self.stop.clone()));
    }

    /// What carries the outbox when it is told to.
    #[must_use]
    pub fn carrier(&self) -> Carrier {
        Carrier::new(self.relay())
    }

    fn relay(&self) -> Relay {
        Relay {
            name: self.name,
            pool: self.pool.clone(),
            bus: self.bus.clone(),
            clock: self.clock.clone(),
            wake: self.outbox.clone(),
            vault: self.vault.clone(),
        }
    }
}

/// Carries when it is told to, and only then: for whoever counts what that costs.
pub struct Carrier {
    relay: Relay,
    streams: Streams,
}

impl Carrier {
    pub(crate) fn new(relay: Relay) -> Self {
        Self { streams: relay.streams(), relay }
    }

    /// Carries what waits now.
    ///
    /// # Errors
    /// A statement failed.
    pub async fn carry(&mut self) -> sqlx::Result<()> {
        self.relay.look(&mut self.streams, false).await
    }
}

impl Relay {
    fn streams(&self) -> Streams {
        Streams::new(self.name, self.pool.clone(), self.bus.clone(), self.clock.clone())
    }

    /// Carries until stopped; then once more, so that what was just committed leaves with us.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut streams = self.streams();
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let (stopping, polling) = tokio::select! {
                () = stop.cancelled() => (true, false),
                () = self.wake.relay.notified() => (false, false),
                _ = poll.tick() => (false, true),
            };
            if let Err(error) = self.look(&mut streams, polling).await {
                tracing::warn!(error = store_error(&error), "the outbox cannot be read");
            }
            if stopping {
                return Ok(());
            }
        }
    }

    /// Carries what waits, for a bounded number of passes and a bounded time; where more waits, the next look follows at once.
    async fn look(&self, streams: &mut Streams, polling: bool) -> sqlx::Result<()> {
        if polling {
            self.take_back_unconfirmed().await?;
            if self.bus.is_connected() {
                streams.look().await;
            }
        }
        let begun = Instant::now();
        for _ in 0..PASSES {
            if begun.elapsed() >= BUDGET {
                break;
            }
            if !self.bus.is_connected() || self.pass(streams).await? == 0 {
                return Ok(());
            }
        }
        self.wake.relay.notify_one();
        Ok(())
    }

    /// What must be confirmed and was not in time waits again, under a new attempt and so a new Nats-Msg-Id. What was carried further
    /// ahead than that is from before the clock was set back.
    async fn take_back_unconfirmed(&self) -> sqlx::Result<()> {
        let now = self.clock.now();
        let mut tx = database::begin(&self.pool, &Actor::service(self.name)).await?;
        let overdue = sqlx::query!(
            "update outbox set carried_at = null where id in (
                 select id from outbox where must_be_confirmed and confirmed_at is null and carried_at is not null
                     and (carried_at > $2 or carried_at + make_interval(
                             secs => least($4::float8, $3::float8 * power(2, least(greatest(copies, 1), 30) - 1))) < $1)
                 order by position for update skip locked limit 256)",
            now,
            now + CONFIRM_WITHIN,
            CONFIRM_WITHIN.as_seconds_f64(),
            SELDOM.as_seconds_f64()
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

    /// One pass over what waits; how many messages were carried and noted so: what is not noted is told again at the next look.
    async fn pass(&self, streams: &mut Streams) -> sqlx::Result<usize> {
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
        let until = Instant::now() + BUDGET;
        let outcomes = join_all(by_aggregate.into_values().map(|list| self.carry(list, &keys, now, until))).await;
        let failed: Vec<Uuid> = outcomes.iter().filter_map(|outcome| outcome.failed).collect();
        let carried: Vec<Carried> = outcomes.into_iter().flat_map(|outcome| outcome.carried).collect();
        let noted = self.note(&mut tx, &carried, &failed, now).await?;
        tx.commit().await?;
        for stream in carried.iter().map(|one| one.stream.as_str()).collect::<BTreeSet<&str>>() {
            streams.took(stream).await;
        }
        Ok(noted)
    }

    /// Notes what was carried, where it stands, and what failed; how many were carried and noted.
    async fn note(&self, tx: &mut PgConnection, carried: &[Carried], failed: &[Uuid], now: OffsetDateTime) -> sqlx::Result<usize> {
        let all: Vec<Uuid> = carried.iter().map(|one| one.id).chain(failed.iter().copied()).collect();
        // Whoever confirms one at this moment writes that it was carried: the relay waits for nobody.
        let free = sqlx::query_scalar!("select id from outbox where id = any($1) order by position for update skip locked", &all);
        let free: BTreeSet<Uuid> = free.fetch_all(&mut *tx).await?.into_iter().collect();
        let carried: Vec<&Carried> = carried.iter().filter(|one| free.contains(&one.id)).collect();
        let ids: Vec<Uuid> = carried.iter().map(|one| one.id).collect();
        let streams: Vec<String> = carried.iter().map(|one| one.stream.clone()).collect();
        let places: Vec<i64> = carried.iter().map(|one| one.place).collect();
        sqlx::query!(
            "update outbox set carried_at = $4, attempt = attempt + 1, copies = copies + 1, stream = taken.stream, stream_sequence = taken.place
             from unnest($1::uuid[], $2::text[], $3::int8[]) as taken (id, stream, place) where outbox.id = taken.id",
            &ids,
            &streams,
            &places,
            self.clock.now()
        )
        .execute(&mut *tx)
        .await?;
        let failed: Vec<Uuid> = failed.iter().copied().filter(|id| free.contains(id)).collect();
        sqlx::query!(
            "update outbox set attempt = attempt + 1,
                 next_attempt_at = $2::timestamptz + least(make_interval(secs => $3), interval '200 milliseconds' * power(2, least(attempt, 10)))
             where id = any($1)",
            &failed,
            now,
            LONGEST_PAUSE.as_seconds_f64()
        )
        .execute(&mut *tx)
        .await?;
        Ok(ids.len())
    }

    /// The messages of the aggregates this relay holds, read after the lock so that another relay's work is seen. Of an aggregate
    /// the first message stands for all, and its first urgent one; whose first is not due stands in nobody's way.
    async fn claim(&self, tx: &mut PgConnection, now: OffsetDateTime) -> sqlx::Result<Vec<Waiting>> {
        let candidates = sqlx::query_scalar!(
            "select distinct aggregate from (
                 select aggregate from outbox where carried_at is null and (next_attempt_at <= $1 or next_attempt_at > $2)
                     and not exists (
                         select from outbox as before where before.aggregate = outbox.aggregate and before.carried_at is null
                             and before.position < outbox.position
                             and (before.urgent = outbox.urgent or (before.next_attempt_at > $1 and before.next_attempt_at <= $2)))
                 order by not urgent, position limit $3) as first",
            now,
            now + LONGEST_PAUSE,
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
            "select first.id, first.aggregate, first.subject, first.traceparent, first.body, first.sealed, first.attempt, first.created_at,
                 first.next_attempt_at
             from unnest($1::uuid[]) as held (aggregate)
             cross join lateral (
                 select * from outbox where carried_at is null and outbox.aggregate = held.aggregate order by position limit $2) as first
             order by first.position",
            &held,
            OF_ONE_AGGREGATE
        )
        .fetch_all(&mut *tx)
        .await
    }

    /// Publishes one aggregate's messages in order; stops at the first that fails or is not yet due, and when the time is over.
    async fn carry(&self, list: Vec<Waiting>, keys: &Keys, now: OffsetDateTime, until: Instant) -> Outcome {
        let mut outcome = Outcome::default();
        for mut waiting in list {
            let left = until.saturating_duration_since(Instant::now());
            // What is begun may take as long as a publish may: none is cut off, and then sent twice.
            if left < PUBLISH_DEADLINE || !clock::is_due(waiting.next_attempt_at, LONGEST_PAUSE, now) {
                break;
            }
            let id = waiting.id;
            let Some(body) = readable(keys, id, std::mem::take(&mut waiting.body), waiting.sealed) else {
                outcome.failed = Some(id);
                break;
            };
            waiting.body = body;
            match tokio::time::timeout(left, self.publish(waiting)).await {
                Ok(Ok((stream, place))) => outcome.carried.push(Carried { id, stream, place }),
                Ok(Err(error)) => {
                    tracing::warn!(event.id = %id, error = %error, "the bus did not take a message: it stays in the outbox");
                    outcome.failed = Some(id);
                    break;
                }
                Err(_) => {
                    tracing::warn!(event.id = %id, "the bus did not answer in time: the message stays in the outbox");
                    outcome.failed = Some(id);
                    break;
                }
            }
        }
        outcome
    }

    /// The stream that took it, and where it stands there.
    async fn publish(&self, waiting: Waiting) -> Result<(String, i64), async_nats::jetstream::context::PublishError> {
        let headers = self.headers(&waiting);
        let subject = waiting.subject;
        let ack = self.bus.jetstream.publish_with_headers(subject, headers, Bytes::from(waiting.body)).await?;
        let ack = ack.await?;
        Ok((ack.stream, i64::try_from(ack.sequence).unwrap_or(i64::MAX)))
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
    use super::{BUDGET, event_type};
    use crate::{
        bus::PUBLISH_DEADLINE,
        database::{IDLE_IN_TRANSACTION, STATEMENT},
        lifecycle::GRACE,
    };

    /// A look begins a last pass just before its own time is over.
    #[test]
    fn what_a_look_at_the_outbox_may_take_is_less_than_any_time_out_it_runs_under() {
        let longest = BUDGET * 2;
        for (limit, what) in [(IDLE_IN_TRANSACTION, "transaction"), (STATEMENT, "statement"), (GRACE, "a stop")] {
            assert!(longest < limit, "{what}");
        }
        assert!(PUBLISH_DEADLINE < BUDGET);
    }

    #[test]
    fn the_kind_of_a_message_names_no_site() {
        assert_eq!(event_type("ro.cases.event.case-opened"), "ro.cases.event.case-opened");
        assert_eq!(event_type("ro.safety.ring.head"), "ro.safety.ring.head");
        assert_eq!(event_type("ro.safety.raise.mission"), "ro.safety.raise");
        assert_eq!(event_type("ro.intake.submit.referral.mission"), "ro.intake.submit.referral");
    }
}
