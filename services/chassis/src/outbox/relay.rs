//! Carries what waits in the outbox to the bus, and again what was not confirmed in time.

use std::{collections::BTreeMap, time::Duration};

use async_nats::HeaderMap;
use bytes::Bytes;
use futures::future::join_all;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{CONFIRM_WITHIN, Wake, readable};
use crate::{
    bus::{Bus, PUBLISH_DEADLINE},
    clock::Clock,
    database::{self, Actor},
    refusal::store_error,
    vault::{Keys, Vault},
};

/// The relay looks for waiting messages at least this often, woken or not.
const POLL: Duration = Duration::from_millis(200);
/// Aggregates carried in one pass: as few as an urgent message may have to wait for.
const AGGREGATES: i64 = 64;
/// Passes of one look; after them the relay hears whether it must stop.
const PASSES: usize = 20;
/// Messages carried in one pass.
const MESSAGES: i64 = 256;
/// In its first minute a message that is not confirmed is sent again after [`CONFIRM_WITHIN`]. Then the receiver is down rather than late:
/// repetitions only fill the stream it will read, and what was carried once waits there for it. They come more seldom, and never end.
const AT_FIRST: time::Duration = time::Duration::minutes(1);
const AFTERWARDS: time::Duration = time::Duration::seconds(15);
const FOR_A_WHILE: time::Duration = time::Duration::minutes(5);
const FROM_THEN_ON: time::Duration = time::Duration::seconds(60);

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

    /// One pass over what waits; how many messages were carried and noted so: what is not noted is told again at the next look.
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
        // Whoever confirms one at this moment writes that it was carried: the relay waits for nobody.
        let free = sqlx::query_scalar!(
            "select id from outbox where id = any($1) order by position for update skip locked",
            &[carried.as_slice(), failed.as_slice()].concat()
        );
        let free = free.fetch_all(&mut *tx).await?;
        let of = |ids: &[Uuid]| ids.iter().copied().filter(|id| free.contains(id)).collect::<Vec<_>>();
        let (noted, failed) = (of(&carried), of(&failed));
        sqlx::query!("update outbox set carried_at = $2, attempt = attempt + 1 where id = any($1)", &noted, self.clock.now())
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
        Ok(noted.len())
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
