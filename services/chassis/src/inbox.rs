//! Hears the bus: each message is applied once, acknowledged after the commit, and set aside with its bytes when it can never succeed.
//!
//! Messages that wait together share one transaction; where that fails each has a savepoint of its own, so a bad one takes nothing with it.

use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    task::Poll,
    time::Duration,
};

use anyhow::{Context as _, bail};
use async_nats::jetstream::{self, AckKind};
use bytes::Bytes;
use futures::{
    FutureExt, Stream, StreamExt,
    future::{BoxFuture, join_all},
    stream::FuturesUnordered,
};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::{
    apply::{self, READ_DEADLINE, STORE_REFUSED, Verdict, guarded},
    bus::ConsumerSpec,
    bus_health,
    fair_queue::{Appointments, FairQueue, give_back, postpone, queue_by_sender},
    lifecycle::Context,
    outbox::Fresh,
    refusal::{is_passing, store_error},
    replay, trace,
};

/// Messages that share a transaction at most.
const BATCH: usize = 64;
/// Messages of senders outside that are looked through at once, to find those of other senders behind a flood.
const WINDOW: usize = 256;
/// Windows looked through at most before something is applied, and how long the next one may take.
const MAX_WINDOWS: usize = 8;
const WINDOW_TIMEOUT: Duration = Duration::from_millis(20);
/// Messages of one sender held here; what it sends beyond is asked for again a little later.
const MAX_OF_ONE_SENDER: usize = 128;
/// A batch goes on without the messages that are not read by then; they follow when they are.
const READ_TOGETHER: Duration = Duration::from_millis(250);
/// Messages still being read, beside which nothing new is taken in.
const MAX_READING: usize = 2 * BATCH;
/// After this many deliveries a message that still cannot be applied is an error that someone must look at.
const ALERT_AFTER_ATTEMPTS: i64 = 20;
const MAX_HEADERS: usize = 16;
const MAX_HEADER_LENGTH: usize = 256;

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
            Self::Never { reason: STORE_REFUSED, detail: store_error(&error) }
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

/// A message of a set, and what was read of it.
pub struct ReadMessage<'a, W> {
    pub work: W,
    pub message: &'a Incoming,
    /// What is done about it belongs to the trace of whoever sent it.
    pub span: tracing::Span,
}

/// What a service does with the messages of one consumer.
pub trait Handler: Send + Sync + 'static {
    /// What `read` hands to `apply`.
    type Work: Send;

    /// The senders are not ours: their message ids are not believed, and the domain's own keys decide what is a duplicate.
    const FROM_OUTSIDE: bool = false;

    /// Decodes, and fetches what is needed from elsewhere. Outside any transaction.
    fn read(&self, message: &Incoming) -> impl Future<Output = Result<Self::Work, Rejection>> + Send;

    /// Writes the effect, in the transaction that also remembers the message. What it enqueues into `fresh` is published from memory behind
    /// the commit.
    fn apply(
        &self,
        tx: &mut PgConnection,
        fresh: &mut Fresh,
        work: Self::Work,
        message: &Incoming,
    ) -> impl Future<Output = Result<(), Rejection>> + Send;

    /// Writes the effect of several messages, in their order: a handler that can writes them with a statement for all. Where it fails nothing
    /// of the set stays, and each message is read and applied once more by itself.
    fn apply_set(
        &self,
        tx: &mut PgConnection,
        fresh: &mut Fresh,
        set: Vec<ReadMessage<'_, Self::Work>>,
    ) -> impl Future<Output = Result<(), Rejection>> + Send {
        async move {
            for ReadMessage { work, message, span } in set {
                self.apply(tx, fresh, work, message).instrument(span).await?;
            }
            Ok(())
        }
    }

    /// Saves what must not be lost even of a message that can never be applied, whatever came over `read` and `apply`: then it is set aside.
    /// Where this fails too, the message is tried again for ever. It is done once for a message. Most have nothing to save.
    fn save(&self, tx: &mut PgConnection, fresh: &mut Fresh, message: &Incoming) -> impl Future<Output = Result<(), Rejection>> + Send {
        let _ = (tx, fresh, message);
        std::future::ready(Ok(()))
    }
}

/// Hears, and replays what an operator asks for, until stopped.
pub(crate) async fn run<H: Handler>(ctx: Context, spec: ConsumerSpec, handler: H) -> anyhow::Result<()> {
    tokio::join!(keep_hearing(&ctx, spec, &handler), replay::run(&ctx, spec, &handler));
    Ok(())
}

/// A lost connection or a deleted consumer is waited out.
async fn keep_hearing<H: Handler>(ctx: &Context, spec: ConsumerSpec, handler: &H) {
    while !ctx.stop.is_cancelled() {
        let wrong = CancellationToken::new();
        let heard = tokio::select! {
            heard = hear(ctx, spec, handler, &wrong) => heard,
            never = bus_health::watch(ctx, spec, &wrong) => never,
        };
        if let Err(error) = heard {
            bus_health::note(&ctx.bus, spec, &error);
        }
        tokio::select! {
            () = ctx.stop.cancelled() => {}
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
        }
    }
}

async fn hear<H: Handler>(ctx: &Context, spec: ConsumerSpec, handler: &H, wrong: &CancellationToken) -> anyhow::Result<()> {
    let consumer = ctx.bus.check_consumer(spec).await?;
    let window = if H::FROM_OUTSIDE { WINDOW } else { BATCH };
    let stream = consumer
        .stream()
        .max_messages_per_batch(window)
        .expires(Duration::from_secs(5))
        .heartbeat(Duration::from_secs(2))
        .messages()
        .await
        .context("cannot pull")?;
    let mut batches = stream.ready_chunks(window);
    let (mut turns, mut appointments) = (FairQueue::new(MAX_OF_ONE_SENDER), Appointments::new());
    let mut reading: FuturesUnordered<BoxFuture<'_, Read<H::Work>>> = FuturesUnordered::new();
    loop {
        let batch = tokio::select! {
            () = ctx.stop.cancelled() => {
                give_back(turns.take(usize::MAX)).await;
                return Ok(());
            }
            () = wrong.cancelled() => {
                give_back(turns.take(usize::MAX)).await;
                bail!("the consumer {} is not as it was", spec.name);
            }
            // What took long to read is applied as soon as it is read; its neighbours went before it.
            Some(read) = reading.next() => {
                settle(ctx, spec, handler, vec![read]).await;
                continue;
            }
            batch = next(&mut batches, !turns.is_empty()), if reading.len() < MAX_READING => {
                batch.context("the server ended the subscription")?
            }
        };
        let begun_at = Instant::now();
        let mut messages = delivered(spec, batch);
        if H::FROM_OUTSIDE {
            for _ in 0..MAX_WINDOWS {
                let too_many = queue_by_sender(&mut turns, messages);
                messages = Vec::new();
                if too_many.is_empty() {
                    break;
                }
                postpone(&mut appointments, &turns, too_many).await;
                // Behind a flood somebody else may stand.
                match tokio::time::timeout(WINDOW_TIMEOUT, batches.next()).await {
                    Ok(Some(more)) => messages = delivered(spec, more),
                    _ => break,
                }
            }
            let too_many = queue_by_sender(&mut turns, messages);
            postpone(&mut appointments, &turns, too_many).await;
            messages = turns.take(BATCH);
        }
        let begun: FuturesUnordered<_> = messages.into_iter().enumerate().map(|(place, m)| read(spec, handler, place, m).boxed()).collect();
        let (mut read, slow) = read_together(begun).await;
        reading.extend(slow);
        if !read.is_empty() {
            read.sort_unstable_by_key(|read| read.place);
            let settled = read.len();
            settle(ctx, spec, handler, read).await;
            appointments.note(settled, begun_at.elapsed());
        }
    }
}

fn delivered<E: std::fmt::Display>(spec: ConsumerSpec, batch: Vec<Result<jetstream::Message, E>>) -> Vec<jetstream::Message> {
    let heard = batch.into_iter().filter_map(|message| match message {
        Ok(message) => Some(message),
        Err(error) => {
            // A missed heartbeat during an outage: the stream goes on by itself.
            tracing::debug!(consumer = spec.name, error = %error, "pull interrupted");
            None
        }
    });
    heard.collect()
}

/// What the server has for us; nothing where it has nothing at the moment and `others_wait` to be applied.
async fn next<T>(batches: &mut (impl Stream<Item = Vec<T>> + Unpin), others_wait: bool) -> Option<Vec<T>> {
    poll_fn(|task| match batches.poll_next_unpin(task) {
        Poll::Pending if others_wait => Poll::Ready(Some(Vec::new())),
        polled => polled,
    })
    .await
}

/// One message that was read, whatever came of it.
struct Read<W> {
    place: usize,
    message: jetstream::Message,
    incoming: Incoming,
    span: tracing::Span,
    work: Result<W, Rejection>,
}

async fn read<H: Handler>(spec: ConsumerSpec, handler: &H, place: usize, message: jetstream::Message) -> Read<H::Work> {
    let incoming = incoming(&message, H::FROM_OUTSIDE);
    let span = tracing::info_span!("bus.message", consumer = spec.name, subject = incoming.subject, attempt = incoming.attempt);
    trace::adopt(&span, incoming.headers.get("traceparent").map(String::as_str));
    let work = guarded(READ_DEADLINE, handler.read(&incoming)).instrument(span.clone()).await;
    Read { place, message, incoming, span, work }
}

/// Those that are read in a short time, and those that still are being read.
async fn read_together<F: Future + Unpin>(mut begun: FuturesUnordered<F>) -> (Vec<F::Output>, FuturesUnordered<F>) {
    let mut done = Vec::with_capacity(begun.len());
    let together = async {
        while let Some(read) = begun.next().await {
            done.push(read);
        }
    };
    // Those that did not make it go on elsewhere.
    let _ = tokio::time::timeout(READ_TOGETHER, together).await;
    (done, begun)
}

/// Applies a batch, commits, and only then answers the server.
async fn settle<H: Handler>(ctx: &Context, spec: ConsumerSpec, handler: &H, batch: Vec<Read<H::Work>>) {
    let (mut messages, mut works) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
    for Read { message, incoming, span, work, .. } in batch {
        messages.push((message, incoming));
        works.push((span, work));
    }
    let verdicts = apply::apply(ctx, spec, handler, &messages, works).await;
    ctx.outbox.look();
    let answers = messages.iter().zip(&verdicts).map(|((message, incoming), verdict)| async move {
        let answer = match verdict {
            Verdict::Applied => message.double_ack().await,
            Verdict::Later(why) => {
                if incoming.attempt >= ALERT_AFTER_ATTEMPTS {
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

/// Before a message is delivered for the next time.
pub(crate) fn delay(attempt: i64) -> Duration {
    let exponent = u32::try_from(attempt.clamp(1, 8)).unwrap_or(8);
    Duration::from_millis(100 * 2_u64.pow(exponent)).min(Duration::from_secs(10))
}

fn incoming(message: &jetstream::Message, from_outside: bool) -> Incoming {
    let headers = message.headers.as_ref().map(believed).unwrap_or_default();
    let info = message.info().ok();
    let attempt = info.as_ref().map_or(1, |i| i.delivered);
    let subject = printable(&message.subject);
    let event_id = match headers.get("ce-id") {
        // Longer than an index can hold, it would be refused with all that came with it.
        Some(id) if !from_outside && subject.len() <= MAX_HEADER_LENGTH => {
            format!("{subject}|{}", id.chars().take(100).collect::<String>())
        }
        _ => {
            // The sequence alone would not do: a rolled-back store hands it out twice.
            let place = info.map(|i| format!("{}|{}|{}", i.stream, i.stream_sequence, i.published)).unwrap_or_default();
            let digest = Sha256::new().chain_update(place).chain_update(&subject).chain_update(&message.payload).finalize();
            hex::encode(digest)
        }
    };
    Incoming { event_id, subject, body: message.payload.clone(), headers, attempt }
}

/// The headers that reach our code: those we know, given once, short and printable. A header is written by whoever publishes, so
/// an unknown, repeated, long or unprintable one is as if it were not there (THREAT-18).
fn believed(headers: &async_nats::HeaderMap) -> BTreeMap<String, String> {
    let known = |name: &str| name.starts_with("ce-") || ["traceparent", "content-type", "Nats-Msg-Id"].contains(&name);
    let plain = |text: &str| text.len() <= MAX_HEADER_LENGTH && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    let mut kept = BTreeMap::new();
    for (name, values) in headers.iter() {
        let name: &str = name.as_ref();
        if let [value] = values.as_slice()
            && known(name)
            && plain(name)
            && plain(value.as_str())
            && kept.len() < MAX_HEADERS
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
        assert_eq!(believed(&many).len(), MAX_HEADERS);
    }

    #[test]
    fn a_subject_with_a_byte_that_the_database_cannot_hold_is_made_one_that_it_can() {
        assert_eq!(printable("ro.a.b\u{0}\u{7f}c"), "ro.a.b\u{fffd}\u{fffd}c");
    }
}
