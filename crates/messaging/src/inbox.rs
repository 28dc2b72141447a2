//! Inbox: consumes messages of the bus. Each is applied once, acknowledged after the commit, and quarantined with its bytes when it can
//! never succeed.
//!
//! Messages that wait together share one transaction; where that fails each has a savepoint of its own, so that a bad one undoes nothing
//! else.

use std::{
    future::{Future, poll_fn},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use anyhow::{Context as _, bail};
use async_nats::jetstream::{self, AckKind};
use base::{database, trace};
use futures::{
    FutureExt, Stream, StreamExt,
    future::{BoxFuture, join_all},
    stream::FuturesUnordered,
};
use sqlx::PgPool;
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

pub use crate::handler::{Handler, Incoming, ReadMessage, Rejection};
use crate::{
    apply::{self, READ_DEADLINE, Verdict, guarded},
    bus::ConsumerSpec,
    delivery::{Delivery, Part, parts},
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
/// Connections of an idempotent handler: one writes, the other stands by where an answer was not waited for.
const OWN_CONNECTIONS: u32 = 2;
/// Deliveries after which a message that still cannot be applied is an error that a person must look at.
const ALERT_AFTER_ATTEMPTS: i64 = 20;

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

/// Messages of a consumer, as the server has them.
async fn pull(endpoint: &Endpoint, spec: ConsumerSpec, window: usize) -> anyhow::Result<jetstream::consumer::pull::Stream> {
    let consumer = endpoint.bus.check_consumer(spec).await?;
    let stream = consumer.stream().max_messages_per_batch(window).expires(Duration::from_secs(5)).heartbeat(Duration::from_secs(2));
    stream.messages().await.context("cannot pull")
}

async fn receive<H: Handler>(
    endpoint: &Endpoint,
    spec: ConsumerSpec,
    handler: &H,
    wrong: &CancellationToken,
    answers: mpsc::Sender<Vec<Settled>>,
) -> anyhow::Result<()> {
    let own = H::IDEMPOTENT.then(|| database::for_service(endpoint.name, &endpoint.pool, OWN_CONNECTIONS));
    let window = if H::FROM_OUTSIDE { WINDOW } else { H::MAX_TOGETHER };
    let mut batches = pull(endpoint, spec, window).await?.ready_chunks(window);
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
                settle(endpoint, own.as_ref(), spec, handler, vec![read], &answers).await;
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
        let parts = messages.into_iter().flat_map(|message| parts(message, H::FROM_OUTSIDE));
        let begun: FuturesUnordered<_> = parts.enumerate().map(|(place, part)| read(spec, handler, place, part).boxed()).collect();
        let (mut read, slow) = read_together(begun).await;
        reading.extend(slow);
        read.sort_unstable_by_key(|read| read.place);
        let settled = read.len();
        settle_in_sets(endpoint, own.as_ref(), spec, handler, read, &answers).await;
        if settled > 0 {
            appointments.note(settled, begun_at.elapsed());
            pause::<H>(endpoint, settled, begun_at).await;
        }
    }
}

/// Waits for the next set of a handler with an interval; not where the process stops.
async fn pause<H: Handler>(endpoint: &Endpoint, settled: usize, begun_at: Instant) {
    let Some(next_at) = next_set_at(settled, H::MAX_TOGETHER, begun_at, H::MIN_INTERVAL) else { return };
    tokio::select! {
        () = endpoint.tasks.stop.cancelled() => {}
        () = tokio::time::sleep_until(next_at) => {}
    }
}

/// When the next set begins; at once behind a full one, because more waits.
fn next_set_at(settled: usize, most: usize, begun_at: Instant, interval: Duration) -> Option<Instant> {
    (settled < most && !interval.is_zero()).then(|| begun_at + interval)
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
    delivery: Arc<Delivery>,
    incoming: Incoming,
    span: tracing::Span,
    work: Result<W, Rejection>,
}

async fn read<H: Handler>(spec: ConsumerSpec, handler: &H, place: usize, (delivery, incoming): Part) -> Read<H::Work> {
    let span = tracing::info_span!("bus.message", consumer = spec.name, subject = incoming.subject, attempt = incoming.attempt);
    trace::adopt(&span, incoming.headers.get("traceparent").map(String::as_str));
    let work = guarded(READ_DEADLINE, handler.read(&incoming)).instrument(span.clone()).await;
    Read { place, delivery, incoming, span, work }
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

/// Delivery whose messages are all applied, or that is delivered again.
struct Settled {
    delivery: Arc<Delivery>,
    verdict: Verdict,
}

/// Applies messages in sets no larger than the handler takes: those of several batches can be more.
async fn settle_in_sets<H: Handler>(
    endpoint: &Endpoint,
    own: Option<&PgPool>,
    spec: ConsumerSpec,
    handler: &H,
    mut read: Vec<Read<H::Work>>,
    answers: &mpsc::Sender<Vec<Settled>>,
) {
    while !read.is_empty() {
        let rest = read.split_off(read.len().min(H::MAX_TOGETHER));
        settle(endpoint, own, spec, handler, std::mem::replace(&mut read, rest), answers).await;
    }
}

/// Applies messages, commits, and only then lets their deliveries be acknowledged.
async fn settle<H: Handler>(
    endpoint: &Endpoint,
    own: Option<&PgPool>,
    spec: ConsumerSpec,
    handler: &H,
    batch: Vec<Read<H::Work>>,
    answers: &mpsc::Sender<Vec<Settled>>,
) {
    let (mut deliveries, mut messages, mut works) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()), Vec::new());
    for Read { delivery, incoming, span, work, .. } in batch {
        deliveries.push(delivery);
        messages.push(incoming);
        works.push((span, work));
    }
    let verdicts = apply::apply(endpoint, own, spec, handler, &messages, works).await;
    if !H::ONLY_FRESH {
        endpoint.outbox.look();
    }
    let settled = deliveries.into_iter().zip(verdicts);
    let settled = settled.filter_map(|(delivery, verdict)| Some(Settled { verdict: delivery.settled(verdict)?, delivery }));
    // The receiver outlives the sender.
    let _received = answers.send(settled.collect()).await;
}

/// Acknowledges what was applied and gives back what was not, until nothing more is applied.
async fn acknowledge(spec: ConsumerSpec, mut applied: mpsc::Receiver<Vec<Settled>>) {
    while let Some(batch) = applied.recv().await {
        join_all(batch.into_iter().map(|settled| answer(spec, settled))).await;
    }
}

async fn answer(spec: ConsumerSpec, Settled { delivery, verdict }: Settled) {
    let Delivery { message, attempt, .. } = delivery.as_ref();
    let attempt = *attempt;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_with_an_interval_hears_once_in_it_and_a_full_set_is_followed_at_once() {
        let (now, interval) = (Instant::now(), Duration::from_millis(100));
        assert_eq!(next_set_at(3, 10, now, interval), Some(now + interval));
        assert_eq!(next_set_at(10, 10, now, interval), None);
        assert_eq!(next_set_at(3, 10, now, Duration::ZERO), None);
    }
}
