//! Publishing of outbox messages and recording of the results: shared by the publisher from memory and by the relay.

use std::collections::BTreeMap;

use async_nats::{
    HeaderMap,
    jetstream::context::{PublishError, PublishErrorKind},
};
use bytes::Bytes;
use sqlx::PgExecutor;
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use base::programme;

use crate::{
    batch::{self, Batched},
    bus::{Bus, PUBLISH_DEADLINE},
};

/// Longest pause after a failed try, and longest lease.
pub(super) const MAX_RETRY_PAUSE: time::Duration = time::Duration::seconds(5);
/// Pause after the first failed try of the relay; each further one is twice as long.
pub(super) const FIRST_PAUSE: time::Duration = time::Duration::milliseconds(200);

/// Message as published.
pub(super) struct Message {
    pub id: Uuid,
    pub aggregate: Uuid,
    pub subject: String,
    pub traceparent: Option<String>,
    pub body: Bytes,
    pub attempt: i32,
    /// May travel in a batch.
    pub batched: bool,
    pub created_at: OffsetDateTime,
}

/// Published message and its position on the bus.
pub(super) struct Published {
    pub id: Uuid,
    pub stream: String,
    pub place: i64,
}

/// Results of some messages.
#[derive(Default)]
pub(super) struct Outcome {
    pub carried: Vec<Published>,
    pub failed: Vec<Uuid>,
    /// Not tried: an earlier one failed, or the time was over.
    pub untried: Vec<Uuid>,
}

impl Outcome {
    pub fn is_empty(&self) -> bool {
        self.carried.is_empty() && self.failed.is_empty() && self.untried.is_empty()
    }

    pub fn add(&mut self, other: Self) {
        self.carried.extend(other.carried);
        self.failed.extend(other.failed);
        self.untried.extend(other.untried);
    }
}

/// Messages by aggregate; those of one in their order.
pub(super) fn by_aggregate(messages: Vec<Message>) -> impl Iterator<Item = Vec<Message>> {
    let mut lists: BTreeMap<Uuid, Vec<Message>> = BTreeMap::new();
    for message in messages {
        lists.entry(message.aggregate).or_default().push(message);
    }
    lists.into_values()
}

/// Publishes one aggregate's messages in order; stops at the first that fails, and when the time is over.
pub(super) async fn publish_in_order(bus: &Bus, name: &str, list: Vec<Message>, until: Instant) -> Outcome {
    let mut outcome = Outcome::default();
    for message in list {
        let (id, left) = (message.id, until.saturating_duration_since(Instant::now()));
        // A publish that has begun has its full timeout: none is cut off, and then sent twice.
        if left < PUBLISH_DEADLINE || !outcome.failed.is_empty() || !outcome.untried.is_empty() {
            outcome.untried.push(id);
            continue;
        }
        match tokio::time::timeout(left, publish(bus, name, message)).await {
            Ok(Ok((stream, place))) => outcome.carried.push(Published { id, stream, place }),
            Ok(Err(error)) => {
                tracing::warn!(event.id = %id, error = %error, "the bus did not take a message: it stays in the outbox");
                outcome.failed.push(id);
            }
            Err(_) => {
                tracing::warn!(event.id = %id, "the bus did not answer in time: the message stays in the outbox");
                outcome.failed.push(id);
            }
        }
    }
    outcome
}

/// Messages of one subject that may share a batch, split by what a batch holds.
pub(super) fn batches(messages: Vec<Message>) -> Vec<Vec<Message>> {
    let mut batches: Vec<Vec<Message>> = Vec::new();
    let mut bytes = 0;
    for message in messages {
        bytes += message.body.len();
        match batches.last_mut() {
            Some(last) if last.len() < batch::MAX_MESSAGES && bytes <= batch::MAX_BYTES => last.push(message),
            _ => {
                bytes = message.body.len();
                batches.push(vec![message]);
            }
        }
    }
    batches
}

/// Publishes a batch of one subject. Where that fails, each message of it is left to the relay, which publishes it by itself.
pub(super) async fn publish_batch(bus: &Bus, name: &str, batch: Vec<Message>, until: Instant) -> Outcome {
    let mut outcome = Outcome::default();
    let ids: Vec<Uuid> = batch.iter().map(|message| message.id).collect();
    let left = until.saturating_duration_since(Instant::now());
    if left < PUBLISH_DEADLINE {
        outcome.untried = ids;
        return outcome;
    }
    match tokio::time::timeout(left, publish_together(bus, name, batch)).await {
        Ok(Ok((stream, place))) => {
            outcome.carried = ids.into_iter().map(|id| Published { id, stream: stream.clone(), place }).collect();
        }
        Ok(Err(error)) => {
            tracing::warn!(messages = ids.len(), error = %error, "the bus did not take a batch: its messages stay in the outbox");
            outcome.failed = ids;
        }
        Err(_) => {
            tracing::warn!(messages = ids.len(), "the bus did not answer in time: the messages of a batch stay in the outbox");
            outcome.failed = ids;
        }
    }
    outcome
}

/// Stream that took it, and its position there.
async fn publish(bus: &Bus, name: &str, message: Message) -> Result<(String, i64), PublishError> {
    let headers = headers(name, &message);
    send(bus, message.subject, headers, message.body).await
}

/// Stream that took a batch, and its position there. Its id is that of its first message.
async fn publish_together(bus: &Bus, name: &str, batch: Vec<Message>) -> Result<(String, i64), PublishError> {
    let Some((mut headers, subject)) = batch.first().map(|first| (headers(name, first), first.subject.clone())) else {
        return Err(PublishErrorKind::Other.into());
    };
    headers.insert("content-type", batch::CONTENT_TYPE);
    let messages =
        batch.into_iter().map(|message| Batched { id: message.id.to_string(), traceparent: message.traceparent, body: message.body });
    let body = batch::encode(&source(name), &event_type(&subject), messages);
    send(bus, subject, headers, body).await
}

async fn send(bus: &Bus, subject: String, headers: HeaderMap, body: Bytes) -> Result<(String, i64), PublishError> {
    let ack = bus.jetstream.publish_with_headers(subject, headers, body).await?.await?;
    Ok((ack.stream, i64::try_from(ack.sequence).unwrap_or(i64::MAX)))
}

/// Source of a service's messages (`ce-source`).
fn source(name: &str) -> String {
    format!("/{}/{name}", programme::get().name)
}

/// CloudEvents 1.0 in NATS headers.
fn headers(name: &str, message: &Message) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let time = message.created_at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
    headers.insert("Nats-Msg-Id", format!("{}.{}", message.id, message.attempt));
    headers.insert("ce-specversion", "1.0");
    headers.insert("ce-id", message.id.to_string());
    headers.insert("ce-source", source(name));
    headers.insert("ce-type", event_type(&message.subject));
    headers.insert("ce-time", time);
    headers.insert("content-type", "application/protobuf");
    if let Some(context) = &message.traceparent {
        headers.insert("traceparent", context.as_str());
    }
    headers
}

/// Type of a message: its subject without the site or region at the end of submissions and receipts.
fn event_type(subject: &str) -> String {
    let tokens: Vec<&str> = subject.split('.').collect();
    match tokens.as_slice() {
        [head @ .., _] if tokens.get(2).is_some_and(|kind| *kind != "event" && *kind != "ring") => head.join("."),
        _ => subject.to_owned(),
    }
}

/// Records in one statement what was published and its position, what failed, and what was not tried; returns how many were published and
/// recorded. A message that is being confirmed at this moment is marked as published by its confirmation: no lock is awaited.
pub(super) async fn note(db: impl PgExecutor<'_>, outcome: &Outcome, now: OffsetDateTime, pause: time::Duration) -> sqlx::Result<usize> {
    let count = outcome.carried.len() + outcome.failed.len() + outcome.untried.len();
    let (mut ids, mut streams) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let (mut places, mut tried) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let carried = outcome.carried.iter().map(|one| (one.id, Some(one.stream.clone()), Some(one.place), true));
    let failed = outcome.failed.iter().map(|id| (*id, None, None, true));
    let untried = outcome.untried.iter().map(|id| (*id, None, None, false));
    for (id, stream, place, was_tried) in carried.chain(failed).chain(untried) {
        ids.push(id);
        streams.push(stream);
        places.push(place);
        tried.push(was_tried);
    }
    let noted = sqlx::query_scalar!(
        r#"with free as (select id from outbox where id = any($1) order by position for update skip locked)
           update outbox set
               carried_at = case when of_one.stream is null then carried_at else $5 end,
               stream = coalesce(of_one.stream, outbox.stream),
               stream_sequence = coalesce(of_one.place, outbox.stream_sequence),
               copies = copies + (of_one.stream is not null)::int,
               attempt = attempt + of_one.tried::int,
               next_attempt_at = case
                   when of_one.stream is not null then next_attempt_at
                   when of_one.tried then $5 + least(make_interval(secs => $6), make_interval(secs => $7) * power(2, least(attempt, 10)))
                   else $5 end
           from unnest($1::uuid[], $2::text[], $3::int8[], $4::bool[]) as of_one (id, stream, place, tried) join free using (id)
           where outbox.id = of_one.id
           returning of_one.stream is not null as "carried!""#,
        &ids,
        &streams as &[Option<String>],
        &places as &[Option<i64>],
        &tried,
        now,
        MAX_RETRY_PAUSE.as_seconds_f64(),
        pause.as_seconds_f64()
    );
    Ok(noted.fetch_all(db).await?.into_iter().filter(|carried| *carried).count())
}

#[cfg(test)]
mod tests {
    use super::event_type;

    #[test]
    fn the_kind_of_a_message_names_no_site() {
        assert_eq!(event_type("ro.cases.event.case-opened"), "ro.cases.event.case-opened");
        assert_eq!(event_type("ro.safety.ring.due"), "ro.safety.ring.due");
        assert_eq!(event_type("ro.safety.raise.mission"), "ro.safety.raise");
        assert_eq!(event_type("ro.intake.submit.referral.mission"), "ro.intake.submit.referral");
    }
}
