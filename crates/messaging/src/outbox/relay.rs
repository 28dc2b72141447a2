//! Relay: publishes what waits in the outbox, and again what was not confirmed in time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering,
    time::Duration,
};

use base::{
    clock::{self, Clock},
    database::{self, Actor},
    refusal::store_error,
};
use bytes::Bytes;
use futures::future::join_all;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vault::{Keys, Vault};

use super::{
    CONFIRM_WITHIN, Wake,
    publishing::{FIRST_PAUSE, MAX_RETRY_PAUSE, Message, Outcome, by_aggregate, note, publish_in_order},
    readable,
    stream_loss::Streams,
};
use crate::bus::Bus;

/// Poll interval of the relay, woken or not: it finds what another instance left behind.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// Poll interval where something waits that could not be published yet.
const WAITING_INTERVAL: Duration = Duration::from_millis(200);
/// Aggregates published in one pass: as few as an urgent message may have to wait for.
const MAX_AGGREGATES: usize = 64;
/// Messages of one aggregate published in one pass: a long one delays no other.
const MAX_OF_ONE_AGGREGATE: usize = 8;
/// Passes of one poll; after them the relay checks whether it must stop.
const MAX_PASSES: usize = 20;
/// Time limit of publishing in one pass, after which a poll begins no further pass. Otherwise a slow bus would keep the transaction open
/// for longer than the database allows, and all that was published would be published again, for ever.
pub(crate) const PASS_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest interval of repeating an unconfirmed message, which begins at [`CONFIRM_WITHIN`] and doubles each time: the stream has a copy of
/// it already, more of them only fill it, and direct delivery is tried meanwhile. Repeats become rarer, and never end.
const MAX_RESEND_INTERVAL: time::Duration = time::Duration::hours(1);

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

/// State of the outbox at a poll.
struct OutboxState {
    any: bool,
    due: bool,
}

pub(crate) struct Relay {
    pub name: &'static str,
    pub pool: PgPool,
    /// Connections of the service itself, on which a statement is a transaction.
    pub own: PgPool,
    pub bus: Bus,
    pub clock: Clock,
    pub wake: Wake,
    pub vault: Vault,
}

/// Relay that publishes only on request: for tests that count its cost.
pub struct ManualRelay {
    relay: Relay,
    streams: Streams,
}

impl ManualRelay {
    pub(crate) fn new(relay: Relay) -> Self {
        Self { streams: relay.streams(), relay }
    }

    /// Publishes what waits now.
    ///
    /// # Errors
    /// A statement failed.
    pub async fn publish(&mut self) -> sqlx::Result<()> {
        self.relay.look(&mut self.streams, false).await?;
        Ok(())
    }
}

impl Relay {
    fn streams(&self) -> Streams {
        Streams::new(self.name, self.pool.clone(), self.bus.clone(), self.clock.clone())
    }

    /// Publishes until stopped; then once more, so that what was just committed is sent before the end.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut streams = self.streams();
        let mut next_poll = Instant::now();
        loop {
            let (stopping, polling) = tokio::select! {
                () = stop.cancelled() => (true, false),
                () = self.wake.relay.notified() => (false, false),
                () = tokio::time::sleep_until(next_poll) => (false, true),
            };
            let waits = self.look(&mut streams, polling).await.unwrap_or_else(|error| {
                tracing::warn!(error = store_error(&error), "the outbox cannot be read");
                true
            });
            let latest = Instant::now() + if waits { WAITING_INTERVAL } else { POLL_INTERVAL };
            next_poll = if polling { latest } else { next_poll.min(latest) };
            if stopping {
                return Ok(());
            }
        }
    }

    /// Publishes what waits, for a bounded number of passes and a bounded time; where more waits, the next poll follows at once. Returns
    /// whether something may still wait.
    async fn look(&self, streams: &mut Streams, polling: bool) -> sqlx::Result<bool> {
        for stream in self.wake.queue.streams() {
            streams.took(&stream).await;
        }
        if polling && self.bus.is_connected() {
            streams.look().await;
        }
        let told = self.wake.told.swap(false, Ordering::Relaxed);
        if polling || !told {
            let waiting = self.what_waits().await?;
            if !waiting.due {
                return Ok(waiting.any);
            }
        }
        let begun = Instant::now();
        for _ in 0..MAX_PASSES {
            if begun.elapsed() >= PASS_TIMEOUT {
                break;
            }
            if !self.bus.is_connected() || !self.pass(streams).await? {
                return Ok(true);
            }
        }
        self.wake.relay.notify_one();
        Ok(true)
    }

    /// Whether anything waits to be published, and whether any of it is due. What must be confirmed and was not in time waits again, under
    /// a new attempt and so a new Nats-Msg-Id; a publish time further ahead than that is from before the clock was set back.
    async fn what_waits(&self) -> sqlx::Result<OutboxState> {
        let now = self.clock.now();
        let looking = async || {
            let looked = sqlx::query!(
                r#"with overdue as (
                       update outbox set carried_at = null where id in (
                           select id from outbox where must_be_confirmed and confirmed_at is null and carried_at is not null
                               and (carried_at > $2 or carried_at + make_interval(
                                       secs => least($4::float8, $3::float8 * power(2, least(greatest(copies, 1), 30) - 1))) < $1)
                           order by position for update skip locked limit 256)
                       returning id)
                   select (select count(*) from overdue) as "overdue!", exists (select from outbox where carried_at is null) as "any!",
                       exists (
                           select from outbox
                           where carried_at is null and (next_attempt_at <= $1 or next_attempt_at > $5)) as "due!""#,
                now,
                now + CONFIRM_WITHIN,
                CONFIRM_WITHIN.as_seconds_f64(),
                MAX_RESEND_INTERVAL.as_seconds_f64(),
                now + MAX_RETRY_PAUSE
            );
            looked.fetch_one(&self.own).await
        };
        let looked = database::again_where_dead(&self.own, looking).await?;
        if looked.overdue > 0 {
            tracing::warn!(outbox.overdue = looked.overdue, "messages were not confirmed in time: sent again");
        }
        let overdue = looked.overdue > 0;
        Ok(OutboxState { any: looked.any || overdue, due: looked.due || overdue })
    }

    /// One pass over what waits; returns whether another may find more. What was published and could not be recorded is published again at
    /// the next poll.
    async fn pass(&self, streams: &mut Streams) -> sqlx::Result<bool> {
        let now = self.clock.now();
        let mut tx = database::begin(&self.own, &Actor::service(self.name)).await?;
        let batch = self.claim(&mut tx, now).await?;
        if batch.is_empty() {
            return Ok(false);
        }
        let full = is_full(&batch);
        let sealed: Vec<&[u8]> = batch.iter().filter(|waiting| waiting.sealed).map(|waiting| waiting.body.as_slice()).collect();
        let keys = self.vault.keys_of(&mut tx, &sealed).await?;
        let (messages, failed) = opened(batch, &keys, now);
        let until = Instant::now() + PASS_TIMEOUT;
        let publishing = by_aggregate(messages).map(|list| publish_in_order(&self.bus, self.name, list, until));
        let mut outcome = Outcome { failed, ..Outcome::default() };
        join_all(publishing).await.into_iter().for_each(|of_one| outcome.add(of_one));
        // They wait as before.
        outcome.untried.clear();
        if outcome.is_empty() {
            return Ok(false);
        }
        let noted = note(&mut *tx, &outcome, self.clock.now(), FIRST_PAUSE).await?;
        tx.commit().await?;
        for stream in outcome.carried.iter().map(|one| one.stream.as_str()).collect::<BTreeSet<&str>>() {
            streams.took(stream).await;
        }
        Ok(full && noted > 0)
    }

    /// First messages of the aggregates that this relay locks until the transaction ends.
    async fn claim(&self, tx: &mut PgConnection, now: OffsetDateTime) -> sqlx::Result<Vec<Waiting>> {
        sqlx::query_as!(
            Waiting,
            r#"select id as "id!", aggregate as "aggregate!", subject as "subject!", traceparent, body as "body!", sealed as "sealed!",
                   attempt as "attempt!", created_at as "created_at!", next_attempt_at as "next_attempt_at!"
               from outbox_claim($1, make_interval(secs => $2), $3, $4)"#,
            now,
            MAX_RETRY_PAUSE.as_seconds_f64(),
            i64::try_from(MAX_AGGREGATES).unwrap_or(i64::MAX),
            i64::try_from(MAX_OF_ONE_AGGREGATE).unwrap_or(i64::MAX)
        )
        .fetch_all(&mut *tx)
        .await
    }
}

/// Whether a claim took as much as it could.
fn is_full(batch: &[Waiting]) -> bool {
    let mut of_each: BTreeMap<Uuid, usize> = BTreeMap::new();
    for waiting in batch {
        *of_each.entry(waiting.aggregate).or_default() += 1;
    }
    of_each.len() >= MAX_AGGREGATES || of_each.values().any(|count| *count >= MAX_OF_ONE_AGGREGATE)
}

/// Messages to publish now, in clear, and those that cannot be opened. Behind one that cannot be opened or is not due, or leased, nothing
/// of its aggregate is published.
fn opened(batch: Vec<Waiting>, keys: &Keys, now: OffsetDateTime) -> (Vec<Message>, Vec<Uuid>) {
    let (mut messages, mut failed, mut stopped) = (Vec::with_capacity(batch.len()), Vec::new(), BTreeSet::new());
    for Waiting { id, aggregate, subject, traceparent, body, sealed, attempt, created_at, next_attempt_at } in batch {
        if stopped.contains(&aggregate) {
            continue;
        }
        if !clock::is_due(next_attempt_at, MAX_RETRY_PAUSE, now) {
            stopped.insert(aggregate);
            continue;
        }
        match readable(keys, id, body, sealed) {
            Some(body) => {
                messages.push(Message {
                    id,
                    aggregate,
                    subject,
                    traceparent,
                    body: Bytes::from(body),
                    attempt,
                    batched: false,
                    created_at,
                });
            }
            None => {
                failed.push(id);
                stopped.insert(aggregate);
            }
        }
    }
    (messages, failed)
}

#[cfg(test)]
mod tests {
    use super::PASS_TIMEOUT;
    use crate::bus::PUBLISH_DEADLINE;
    use base::database::{IDLE_IN_TRANSACTION_TIMEOUT, STATEMENT_TIMEOUT};
    use base::tasks::GRACE;

    /// A poll may begin a last pass just before its own time is over.
    #[test]
    fn what_a_look_at_the_outbox_may_take_is_less_than_any_time_out_it_runs_under() {
        let longest = PASS_TIMEOUT * 2;
        for (limit, what) in [(IDLE_IN_TRANSACTION_TIMEOUT, "transaction"), (STATEMENT_TIMEOUT, "statement"), (GRACE, "a stop")] {
            assert!(longest < limit, "{what}");
        }
        assert!(PUBLISH_DEADLINE < PASS_TIMEOUT);
    }
}
