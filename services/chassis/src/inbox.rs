//! Hears the bus: each message is applied once, acknowledged after the commit, and set aside with its bytes when it can never succeed.
//!
//! Messages that wait together share one transaction; each has its own savepoint, so a bad one takes nothing with it.

use std::{collections::BTreeMap, future::Future, panic::AssertUnwindSafe, time::Duration};

use anyhow::Context as _;
use async_nats::jetstream::{self, AckKind};
use bytes::Bytes;
use futures::{FutureExt, StreamExt, future::join_all};
use sha2::{Digest, Sha256};
use sqlx::{Acquire, PgConnection};
use time::OffsetDateTime;
use tracing::Instrument;

use crate::{
    bus::ConsumerSpec,
    lifecycle::Context,
    refusal::{is_passing, store_error},
    replay, set_aside, trace,
    vault::Vault,
};

/// Messages that share a transaction at most.
const BATCH: usize = 64;
/// What a handler may take to read one message, calls to other services included.
pub(crate) const READ_DEADLINE: Duration = Duration::from_secs(10);
/// What a handler may take to write one message.
pub(crate) const APPLY_DEADLINE: Duration = Duration::from_secs(10);
/// After this many deliveries a message that still cannot be applied is an error that someone must look at.
const PATIENCE: i64 = 20;
const MOST_HEADERS: usize = 16;
const LONGEST_HEADER: usize = 256;

/// One message as it came.
#[derive(Clone)]
pub struct Incoming {
    /// What makes a second delivery recognisable.
    pub event_id: String,
    pub subject: String,
    pub body: Bytes,
    pub headers: BTreeMap<String, String>,
    /// Counts deliveries from 1.
    pub attempt: i64,
}

impl Incoming {
    /// The body as a message of type `M`.
    ///
    /// # Errors
    /// [`Rejection::Never`] where the bytes are not such a message.
    pub fn decode<M: prost::Message + Default>(&self) -> Result<M, Rejection> {
        M::decode(self.body.clone()).map_err(|_| Rejection::Never {
            reason: "malformed-message",
            detail: "the body is not the protobuf message of this subject".to_owned(),
        })
    }

    /// The token of the subject at `index`, counting from 0; empty where there is none.
    #[must_use]
    pub fn subject_token(&self, index: usize) -> &str {
        self.subject.split('.').nth(index).unwrap_or_default()
    }

    /// The event id its sender gave it (`ce-id`), where it is one of ours.
    #[must_use]
    pub fn sender_id(&self) -> Option<uuid::Uuid> {
        self.headers.get("ce-id").and_then(|id| uuid::Uuid::try_parse(id).ok())
    }
}

/// Why a message was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// It may succeed later: delivered again, for ever.
    Later(String),
    /// It never will: set aside with its bytes, and an operator is told.
    Never { reason: &'static str, detail: String },
}

impl From<sqlx::Error> for Rejection {
    fn from(error: sqlx::Error) -> Self {
        if is_passing(&error) {
            Self::Later(store_error(&error))
        } else {
            Self::Never { reason: "store-refused", detail: store_error(&error) }
        }
    }
}

impl From<crate::Error> for Rejection {
    fn from(error: crate::Error) -> Self {
        match error {
            crate::Error::Database(error) => error.into(),
            crate::Error::Unavailable { what } => Self::Later(format!("{what} does not answer")),
            crate::Error::Refused(refusal) => Self::Never { reason: refusal.reason, detail: refusal.en.into_owned() },
            crate::Error::NotFound => Self::Never { reason: "not-found", detail: "what the message names is not here".to_owned() },
            crate::Error::Internal(what) => Self::Later(what),
        }
    }
}

/// What a service does with the messages of one consumer.
pub trait Handler: Send + Sync + 'static {
    /// What `read` hands to `apply`.
    type Work: Send;

    /// The senders are not ours: their message ids are not believed, and the domain's own keys decide what is a duplicate.
    const FROM_OUTSIDE: bool = false;

    /// Decodes, and fetches what is needed from elsewhere. Outside any transaction.
    fn read(&self, message: &Incoming) -> impl Future<Output = Result<Self::Work, Rejection>> + Send;

    /// Writes the effect. In the transaction that also remembers the message.
    fn apply(&self, tx: &mut PgConnection, work: Self::Work, message: &Incoming) -> impl Future<Output = Result<(), Rejection>> + Send;
}

enum Verdict {
    Applied,
    Later(String),
}

/// Hears, and replays what an operator asks for, until stopped.
pub(crate) async fn run<H: Handler>(ctx: Context, spec: ConsumerSpec, handler: H) -> anyhow::Result<()> {
    tokio::join!(keep_hearing(&ctx, spec, &handler), replay::run(&ctx, spec, &handler));
    Ok(())
}

/// A lost connection or a deleted consumer is waited out.
async fn keep_hearing<H: Handler>(ctx: &Context, spec: ConsumerSpec, handler: &H) {
    while !ctx.stop.is_cancelled() {
        if let Err(error) = hear(ctx, spec, handler).await {
            tracing::warn!(consumer = spec.name, error = format!("{error:#}"), "cannot hear the bus: trying again");
        }
        tokio::select! {
            () = ctx.stop.cancelled() => {}
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
        }
    }
}

async fn hear<H: Handler>(ctx: &Context, spec: ConsumerSpec, handler: &H) -> anyhow::Result<()> {
    let consumer = ctx.bus.check_consumer(spec).await?;
    let stream = consumer
        .stream()
        .max_messages_per_batch(BATCH)
        .expires(Duration::from_secs(5))
        .heartbeat(Duration::from_secs(2))
        .messages()
        .await
        .context("cannot pull")?;
    let mut batches = stream.ready_chunks(BATCH);
    loop {
        let batch = tokio::select! {
            () = ctx.stop.cancelled() => return Ok(()),
            batch = batches.next() => batch.context("the server ended the subscription")?,
        };
        let (good, bad): (Vec<_>, Vec<_>) = batch.into_iter().partition(Result::is_ok);
        for error in bad.into_iter().filter_map(Result::err) {
            // A missed heartbeat during an outage: the stream goes on by itself.
            tracing::debug!(consumer = spec.name, error = %error, "pull interrupted");
        }
        let messages: Vec<_> = good.into_iter().filter_map(Result::ok).collect();
        if !messages.is_empty() {
            settle(ctx, spec, handler, messages).await;
        }
    }
}

/// Applies a batch, commits, and only then answers the server.
async fn settle<H: Handler>(ctx: &Context, spec: ConsumerSpec, handler: &H, messages: Vec<jetstream::Message>) {
    let incoming: Vec<Incoming> = messages.iter().map(|m| incoming(m, H::FROM_OUTSIDE)).collect();
    let verdicts = match apply_all(ctx, spec, handler, &incoming).await {
        Ok(verdicts) => verdicts,
        Err(error) => incoming.iter().map(|_| Verdict::Later(store_error(&error))).collect(),
    };
    ctx.outbox.wake();
    let answers = messages.iter().zip(&verdicts).zip(&incoming).map(|((message, verdict), incoming)| async move {
        let answer = match verdict {
            Verdict::Applied => message.double_ack().await,
            Verdict::Later(why) => {
                if incoming.attempt >= PATIENCE {
                    tracing::error!(consumer = spec.name, attempt = incoming.attempt, why, "a message still cannot be applied");
                } else {
                    tracing::warn!(consumer = spec.name, attempt = incoming.attempt, why, "a message is applied later");
                }
                message.ack_with(AckKind::Nak(Some(delay(incoming.attempt)))).await
            }
        };
        if let Err(error) = answer {
            // It is delivered again, and the inbox recognises it.
            tracing::debug!(consumer = spec.name, error = %error, "the answer to the bus was lost");
        }
    });
    join_all(answers).await;
}

async fn apply_all<H: Handler>(ctx: &Context, spec: ConsumerSpec, handler: &H, batch: &[Incoming]) -> sqlx::Result<Vec<Verdict>> {
    let mut read = Vec::with_capacity(batch.len());
    for message in batch {
        let span = tracing::info_span!("bus.message", consumer = spec.name, subject = message.subject, attempt = message.attempt);
        trace::adopt(&span, message.headers.get("traceparent").map(String::as_str));
        let work = guarded(READ_DEADLINE, handler.read(message)).instrument(span.clone()).await;
        read.push((message, span, work));
    }
    let mut tx = ctx.pool.begin().await?;
    let mut verdicts = Vec::with_capacity(batch.len());
    for (message, span, work) in read {
        verdicts.push(apply_one(ctx, spec, handler, &mut tx, message, work).instrument(span).await?);
    }
    tx.commit().await?;
    Ok(verdicts)
}

async fn apply_one<H: Handler>(
    ctx: &Context,
    spec: ConsumerSpec,
    handler: &H,
    tx: &mut PgConnection,
    message: &Incoming,
    work: Result<H::Work, Rejection>,
) -> sqlx::Result<Verdict> {
    let now = ctx.clock.now();
    let mut step = tx.begin().await?;
    let first = sqlx::query!(
        "insert into inbox (consumer, event_id, received_at) values ($1, $2, $3) on conflict do nothing",
        spec.name,
        message.event_id,
        now
    )
    .execute(&mut *step)
    .await?
    .rows_affected()
        == 1;
    if !first {
        step.commit().await?;
        return Ok(Verdict::Applied);
    }
    let applied = match work {
        Ok(work) => guarded(APPLY_DEADLINE, handler.apply(&mut step, work, message)).await,
        Err(rejection) => Err(rejection),
    };
    match applied {
        Ok(()) => {
            step.commit().await?;
            Ok(Verdict::Applied)
        }
        Err(Rejection::Later(why)) => {
            step.rollback().await?;
            Ok(Verdict::Later(why))
        }
        Err(Rejection::Never { reason, detail }) => {
            step.rollback().await?;
            quarantine(tx, &ctx.vault, spec.name, message, (reason, &detail), ctx.ids.uuid(), now).await?;
            Ok(Verdict::Applied)
        }
    }
}

/// Sets a message aside with its bytes, sealed, and remembers it as heard; says why, without content. In the caller's transaction.
///
/// # Errors
/// A statement failed.
pub async fn quarantine(
    tx: &mut PgConnection,
    vault: &Vault,
    consumer: &str,
    message: &Incoming,
    (reason, detail): (&'static str, &str),
    id: uuid::Uuid,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into inbox (consumer, event_id, received_at) values ($1, $2, $3) on conflict do nothing",
        consumer,
        message.event_id,
        at
    )
    .execute(&mut *tx)
    .await?;
    let sealed = set_aside::seal(tx, vault, consumer, message, at).await?;
    let (headers, body) = match sealed {
        Some(_) => (serde_json::json!({}), Bytes::new()),
        None => (serde_json::to_value(&message.headers).unwrap_or_default(), message.body.clone()),
    };
    sqlx::query!(
        "insert into quarantine (id, consumer, event_id, subject, headers, body, sealed, reason, detail, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (consumer, event_id) do update set reason = excluded.reason, detail = excluded.detail, replay_asked_at = null",
        id,
        consumer,
        message.event_id,
        message.subject,
        headers,
        body.as_ref(),
        sealed,
        reason,
        detail,
        at
    )
    .execute(&mut *tx)
    .await?;
    tracing::error!(consumer, quarantine.id = %id, reason, detail, "a message was set aside: somebody must look");
    Ok(())
}

/// A deadline, and a panic that stays with its own message.
pub(crate) async fn guarded<T>(deadline: Duration, work: impl Future<Output = Result<T, Rejection>>) -> Result<T, Rejection> {
    match tokio::time::timeout(deadline, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Rejection::Never { reason: "handler-panicked", detail: "this version cannot handle the message".to_owned() }),
        Err(_) => Err(Rejection::Later("it took too long".to_owned())),
    }
}

fn delay(attempt: i64) -> Duration {
    let exponent = u32::try_from(attempt.clamp(1, 8)).unwrap_or(8);
    Duration::from_millis(100 * 2_u64.pow(exponent)).min(Duration::from_secs(10))
}

fn incoming(message: &jetstream::Message, from_outside: bool) -> Incoming {
    let headers = message.headers.as_ref().map(believed).unwrap_or_default();
    let info = message.info().ok();
    let attempt = info.as_ref().map_or(1, |i| i.delivered);
    let subject = printable(&message.subject);
    let event_id = match headers.get("ce-id") {
        Some(id) if !from_outside => format!("{subject}|{}", id.chars().take(100).collect::<String>()),
        _ => {
            // The sequence alone would not do: a rolled-back store hands it out twice.
            let place = info.map(|i| format!("{}|{}|{}", i.stream, i.stream_sequence, i.published)).unwrap_or_default();
            let digest = Sha256::new().chain_update(place).chain_update(&subject).chain_update(&message.payload).finalize();
            digest.iter().map(|byte| format!("{byte:02x}")).collect()
        }
    };
    Incoming { event_id, subject, body: message.payload.clone(), headers, attempt }
}

/// The headers that reach our code: those we know, given once, short and printable. A header is written by whoever publishes, so
/// an unknown, repeated, long or unprintable one is as if it were not there (threat T18).
fn believed(headers: &async_nats::HeaderMap) -> BTreeMap<String, String> {
    let known = |name: &str| name.starts_with("ce-") || ["traceparent", "content-type", "Nats-Msg-Id"].contains(&name);
    let plain = |text: &str| text.len() <= LONGEST_HEADER && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    let mut kept = BTreeMap::new();
    for (name, values) in headers.iter() {
        let name: &str = name.as_ref();
        if let [value] = values.as_slice()
            && known(name)
            && plain(name)
            && plain(value.as_str())
            && kept.len() < MOST_HEADERS
        {
            kept.insert(name.to_owned(), value.as_str().to_owned());
        }
    }
    kept
}

/// A subject that the database can store: one byte that it cannot would hold up every message beside it, for ever.
fn printable(subject: &str) -> String {
    subject.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use async_nats::{HeaderMap, HeaderValue};

    use super::*;

    #[test]
    fn a_header_that_is_unknown_repeated_long_or_unprintable_does_not_reach_our_code() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("ce-id", "7"), ("traceparent", "00-1"), ("content-type", "application/protobuf"), ("Nats-Msg-Id", "a")] {
            headers.insert(name, value);
        }
        for twice in ["one", "two"] {
            headers.append("ce-source", twice);
        }
        headers.insert("ce-type", "x".repeat(64 * 1024).as_str());
        headers.insert("ce-time", HeaderValue::from("a\u{0}b"));
        for unknown in ["authorization", "Nats-Rollup", "Nats-Expected-Stream", "CE-ID", "traceparent2", "x-roles"] {
            headers.insert(unknown, "national-manager");
        }
        let kept = believed(&headers);
        assert_eq!(kept.keys().map(String::as_str).collect::<Vec<_>>(), ["Nats-Msg-Id", "ce-id", "content-type", "traceparent"]);
        let mut many = HeaderMap::new();
        for n in 0..1_000 {
            many.insert(format!("ce-{n}").as_str(), "x");
        }
        assert_eq!(believed(&many).len(), MOST_HEADERS);
    }

    #[test]
    fn a_subject_with_a_byte_that_the_database_cannot_hold_is_made_one_that_it_can() {
        assert_eq!(printable("ro.a.b\u{0}\u{7f}c"), "ro.a.b\u{fffd}\u{fffd}c");
    }
}
