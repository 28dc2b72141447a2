//! Inbox: consumes messages of the bus. Each is applied once, acknowledged after the commit, and quarantined with its bytes when it can
//! never succeed.
//!
//! Messages that wait together share one transaction; where that fails each has a savepoint of its own, so that a bad one undoes nothing
//! else.

use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    task::Poll,
    time::Duration,
};

use anyhow::{Context as _, bail};
use async_nats::jetstream::{self, AckKind};
use base::trace;
use futures::{
    FutureExt, Stream, StreamExt,
    future::{BoxFuture, join_all},
    stream::FuturesUnordered,
};
use sha2::{Digest, Sha256};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

pub use crate::handler::{Handler, Incoming, ReadMessage, Rejection};
use crate::{
    apply::{self, READ_DEADLINE, Verdict, guarded},
    bus::ConsumerSpec,
    endpoint::Endpoint,
    fair_queue::{Appointments, FairQueue, give_back, postpone, queue_by_sender},
    replay,
};

/// Messages of outside senders read ahead at once, to find those of other senders behind a flood.
const WINDOW: usize = 256;
/// Windows read ahead before something is applied, and the timeout of the next one.
const MAX_WINDOWS: usize = 8;
const WINDOW_TIMEOUT: Duration = Duration::from_millis(20);
/// Messages of one sender kept in memory; further ones are redelivered a little later.
const MAX_OF_ONE_SENDER: usize = 128;
/// Time after which a batch goes on without the messages that are still being read; they follow later.
const READ_TOGETHER: Duration = Duration::from_millis(250);
/// Batches of messages still being read, beyond which no new ones are taken.
const MAX_READING: usize = 2;
/// Applied batches that may wait to be acknowledged, beside the one that is being acknowledged.
const MAX_ANSWERS: usize = 1;
/// Deliveries after which a message that still cannot be applied is an error that a person must look at.
const ALERT_AFTER_ATTEMPTS: i64 = 20;
const MAX_HEADERS: usize = 16;
const MAX_HEADER_LENGTH: usize = 256;

impl Endpoint {
    /// Consumes a durable consumer with `handler` until the process stops.
    pub fn consume<H: Handler>(&self, spec: ConsumerSpec, handler: H) {
        self.tasks.spawn(spec.name, run(self.clone(), spec, handler));
    }
}

/// Consumes, and replays what an operator asks for, until stopped.
async fn run<H: Handler>(endpoint: Endpoint, spec: ConsumerSpec, handler: H) -> anyhow::Result<()> {
    tokio::join!(keep_hearing(&endpoint, spec, &handler), replay::run(&endpoint, spec, &handler));
    Ok(())
}

/// Consumes until stopped; waits while the connection is lost or the consumer deleted.
async fn keep_hearing<H: Handler>(endpoint: &Endpoint, spec: ConsumerSpec, handler: &H) {
    while !endpoint.tasks.stop.is_cancelled() {
        let wrong = CancellationToken::new();
        let heard = tokio::select! {
            heard = hear(endpoint, spec, handler, &wrong) => heard,
            never = endpoint.bus.watch_consumer(spec, &wrong) => never,
        };
        if let Err(error) = heard {
            endpoint.bus.note_unheard(spec, &error);
        }
        tokio::select! {
            () = endpoint.tasks.stop.cancelled() => {}
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
        }
    }
}

/// Receives and applies messages; a batch is acknowledged while the next one is applied.
async fn hear<H: Handler>(endpoint: &Endpoint, spec: ConsumerSpec, handler: &H, wrong: &CancellationToken) -> anyhow::Result<()> {
    let (answers, applied) = mpsc::channel(MAX_ANSWERS);
    let (ended, ()) = tokio::join!(receive(endpoint, spec, handler, wrong, answers), acknowledge(spec, applied));
    ended
}

async fn receive<H: Handler>(
    endpoint: &Endpoint,
    spec: ConsumerSpec,
    handler: &H,
    wrong: &CancellationToken,
    answers: mpsc::Sender<Vec<Settled>>,
) -> anyhow::Result<()> {
    let consumer = endpoint.bus.check_consumer(spec).await?;
    let window = if H::FROM_OUTSIDE { WINDOW } else { H::MAX_TOGETHER };
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
            () = endpoint.tasks.stop.cancelled() => {
                give_back(turns.take(usize::MAX)).await;
                return Ok(());
            }
            () = wrong.cancelled() => {
                give_back(turns.take(usize::MAX)).await;
                bail!("the consumer {} is not as it was", spec.name);
            }
            // A message that is slow to read is applied as soon as it is read; its neighbours went before it.
            Some(read) = reading.next() => {
                settle(endpoint, spec, handler, vec![read], &answers).await;
                continue;
            }
            batch = next(&mut batches, !turns.is_empty()), if reading.len() < MAX_READING * H::MAX_TOGETHER => {
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
                // Another sender's messages may stand behind a flood.
                match tokio::time::timeout(WINDOW_TIMEOUT, batches.next()).await {
                    Ok(Some(more)) => messages = delivered(spec, more),
                    _ => break,
                }
            }
            let too_many = queue_by_sender(&mut turns, messages);
            postpone(&mut appointments, &turns, too_many).await;
            messages = turns.take(H::MAX_TOGETHER);
        }
        let begun: FuturesUnordered<_> = messages.into_iter().enumerate().map(|(place, m)| read(spec, handler, place, m).boxed()).collect();
        let (mut read, slow) = read_together(begun).await;
        reading.extend(slow);
        if !read.is_empty() {
            read.sort_unstable_by_key(|read| read.place);
            let settled = settle(endpoint, spec, handler, read, &answers).await;
            appointments.note(settled, begun_at.elapsed());
            pause::<H>(endpoint, settled, begun_at).await;
        }
    }
}

/// Waits for the next set of a handler with an interval, behind a set that was not full; not where the process stops.
async fn pause<H: Handler>(endpoint: &Endpoint, settled: usize, begun_at: Instant) {
    if settled < H::MAX_TOGETHER {
        tokio::select! {
            () = endpoint.tasks.stop.cancelled() => {}
            () = tokio::time::sleep_until(begun_at + H::MIN_INTERVAL) => {}
        }
    }
}

fn delivered<E: std::fmt::Display>(spec: ConsumerSpec, batch: Vec<Result<jetstream::Message, E>>) -> Vec<jetstream::Message> {
    let heard = batch.into_iter().filter_map(|message| match message {
        Ok(message) => Some(message),
        Err(error) => {
            // A missed heartbeat during an outage: the stream resumes by itself.
            tracing::debug!(consumer = spec.name, error = %error, "pull interrupted");
            None
        }
    });
    heard.collect()
}

/// Next messages of the server; none where it has none at the moment and `others_wait` to be applied.
async fn next<T>(batches: &mut (impl Stream<Item = Vec<T>> + Unpin), others_wait: bool) -> Option<Vec<T>> {
    let received = poll_fn(|task| match batches.poll_next_unpin(task) {
        Poll::Pending if others_wait => Poll::Ready(Some(Vec::new())),
        polled => polled,
    });
    // The stream is polled once per message: the runtime's own limit of polls would end a batch before it is full.
    tokio::task::unconstrained(received).await
}

/// Message that was read, and the result.
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

/// Messages that were read in a short time, and those still being read.
async fn read_together<F: Future + Unpin>(mut begun: FuturesUnordered<F>) -> (Vec<F::Output>, FuturesUnordered<F>) {
    let mut done = Vec::with_capacity(begun.len());
    let together = async {
        while let Some(read) = begun.next().await {
            done.push(read);
        }
    };
    // Those not ready continue elsewhere.
    let _ = tokio::time::timeout(READ_TOGETHER, together).await;
    (done, begun)
}

/// Message that was applied, or that is applied later.
struct Settled {
    message: jetstream::Message,
    attempt: i64,
    verdict: Verdict,
}

/// Applies a batch, commits, and only then lets it be acknowledged; returns the number of its messages.
async fn settle<H: Handler>(
    endpoint: &Endpoint,
    spec: ConsumerSpec,
    handler: &H,
    batch: Vec<Read<H::Work>>,
    answers: &mpsc::Sender<Vec<Settled>>,
) -> usize {
    let (mut messages, mut works) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
    for Read { message, incoming, span, work, .. } in batch {
        messages.push((message, incoming));
        works.push((span, work));
    }
    let verdicts = apply::apply(endpoint, spec, handler, &messages, works).await;
    endpoint.outbox.look();
    let settled = messages.into_iter().zip(verdicts);
    let settled: Vec<Settled> =
        settled.map(|((message, incoming), verdict)| Settled { message, attempt: incoming.attempt, verdict }).collect();
    let count = settled.len();
    // The receiver outlives the sender.
    let _received = answers.send(settled).await;
    count
}

/// Acknowledges what was applied and gives back what was not, until nothing more is applied.
async fn acknowledge(spec: ConsumerSpec, mut applied: mpsc::Receiver<Vec<Settled>>) {
    while let Some(batch) = applied.recv().await {
        join_all(batch.into_iter().map(|settled| answer(spec, settled))).await;
    }
}

async fn answer(spec: ConsumerSpec, Settled { message, attempt, verdict }: Settled) {
    let answer = match verdict {
        Verdict::Applied => message.double_ack().await,
        Verdict::Later(why) => {
            if attempt >= ALERT_AFTER_ATTEMPTS {
                tracing::error!(consumer = spec.name, attempt, why, "a message still cannot be applied");
            } else {
                tracing::warn!(consumer = spec.name, attempt, why, "a message is applied later");
            }
            message.ack_with(AckKind::Nak(Some(delay(attempt)))).await
        }
    };
    if let Err(error) = answer {
        // It is redelivered, and the inbox recognises it.
        tracing::debug!(consumer = spec.name, error = %error, "the answer to the bus was lost");
    }
}

/// Delay before the next delivery of a message.
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
            // The sequence alone is not enough: a rolled-back store assigns it twice.
            let place = info.map(|i| format!("{}|{}|{}", i.stream, i.stream_sequence, i.published)).unwrap_or_default();
            let digest = Sha256::new().chain_update(place).chain_update(&subject).chain_update(&message.payload).finalize();
            hex::encode(digest)
        }
    };
    Incoming { event_id, subject, body: message.payload.clone(), headers, attempt }
}

/// Headers that reach our code: the known ones, given once, short and printable. A header is written by the publisher, so an unknown,
/// repeated, long or unprintable one is ignored (THREAT-18).
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

/// Subject that the database can store: one byte that it cannot would block every message beside it, for ever.
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
