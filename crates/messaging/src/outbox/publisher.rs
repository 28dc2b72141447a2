//! Publisher of just committed messages from memory; it records the results of those that end together in one statement.
//!
//! What does not fit, fails, or is too late for its lease is left to the relay: its row exists.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use base::{clock::Clock, database, refusal::store_error};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use sqlx::PgPool;
use tokio::{
    sync::{Mutex as AsyncMutex, OwnedSemaphorePermit, Semaphore, mpsc},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{
    Fresh, Wake,
    publishing::{Message, Outcome, batches, by_aggregate, note, publish_batch, publish_in_order},
};
use crate::bus::Bus;

/// Largest number of messages in memory, of 4 KiB each; a longer one counts as several.
const MAX_WAITING: usize = 4_096;
const OF_ONE: usize = 4_096;

/// Messages that wait to be published, with the room that they take.
struct Waiting {
    messages: Vec<Message>,
    until: Instant,
    room: OwnedSemaphorePermit,
}

/// Messages of one subject that may share a batch.
#[derive(Default)]
struct SameSubject {
    messages: Vec<Message>,
    /// The earliest deadline of them.
    until: Option<Instant>,
    rooms: Vec<Arc<OwnedSemaphorePermit>>,
}

impl SameSubject {
    fn add(&mut self, messages: Vec<Message>, until: Instant, room: Arc<OwnedSemaphorePermit>) {
        self.messages.extend(messages);
        self.until = Some(self.until.map_or(until, |earlier| earlier.min(until)));
        self.rooms.push(room);
    }
}

/// What waits at this moment, with the one that was received.
fn all_that_wait(queue: &mut mpsc::Receiver<Waiting>, first: Waiting) -> Vec<Waiting> {
    let mut waiting = vec![first];
    while let Ok(next) = queue.try_recv() {
        waiting.push(next);
    }
    waiting
}

/// Bounded queue between the committing callers and the one task that publishes for them.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    sender: mpsc::Sender<Waiting>,
    /// Locked by the publishing task for as long as it runs.
    receiver: Arc<AsyncMutex<mpsc::Receiver<Waiting>>>,
    room: Arc<Semaphore>,
    /// Streams that were published to and that the relay does not know yet.
    streams: Arc<Mutex<BTreeSet<String>>>,
    /// Something was left to the relay behind what is being published.
    pub(super) left: Arc<AtomicBool>,
}

impl Default for Queue {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(MAX_WAITING);
        let receiver = Arc::new(AsyncMutex::new(receiver));
        let room = Arc::new(Semaphore::new(MAX_WAITING));
        Self { sender, receiver, room, streams: Arc::default(), left: Arc::default() }
    }
}

impl Queue {
    /// Queues them where there is room; otherwise the relay publishes them when their lease is over.
    pub fn push(&self, fresh: Fresh) {
        let Fresh { messages, until: Some(until), .. } = fresh else { return };
        if messages.is_empty() {
            return;
        }
        let size = messages.iter().map(|message| 1 + message.body.len() / OF_ONE).sum::<usize>();
        let Ok(size) = u32::try_from(size) else { return };
        if let Ok(room) = self.room.clone().try_acquire_many_owned(size) {
            // Fails only where the process stops.
            let _closed = self.sender.try_send(Waiting { messages, until, room });
        } else {
            tracing::debug!("too much waits to be published from memory: the relay carries the rest");
        }
    }

    /// Streams that were published to since the last call.
    pub fn streams(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.streams.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(crate) struct Publisher {
    pub name: &'static str,
    /// Connections of the service itself, on which a statement is a transaction.
    pub own: PgPool,
    pub bus: Bus,
    pub clock: Clock,
    pub wake: Wake,
}

impl Publisher {
    /// Publishes until stopped, then what is left in the queue. Of several tasks on one queue one publishes.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut queue = tokio::select! {
            queue = self.wake.queue.receiver.lock() => queue,
            () = stop.cancelled() => return Ok(()),
        };
        let (mut publishing, mut noting) = (FuturesUnordered::new(), FuturesUnordered::<BoxFuture<'_, ()>>::new());
        let (mut ended, mut known, mut open) = (Outcome::default(), BTreeSet::new(), true);
        while open || !publishing.is_empty() || !noting.is_empty() {
            tokio::select! {
                waiting = queue.recv(), if open => match waiting {
                    Some(waiting) => publishing.extend(self.begin(all_that_wait(&mut queue, waiting))),
                    None => open = false,
                },
                Some(outcome) = publishing.next() => ended.add(outcome),
                Some(()) = noting.next() => {}
                () = stop.cancelled(), if open && !queue.is_closed() => queue.close(),
            }
            // What has ended at the same moment, and while the last was recorded, is recorded together.
            while let Some(Some(outcome)) = publishing.next().now_or_never() {
                ended.add(outcome);
            }
            if noting.is_empty() && !ended.is_empty() {
                self.remember_streams(&mut known, &ended);
                noting.push(self.note(std::mem::take(&mut ended)).boxed());
            }
        }
        Ok(())
    }

    /// Publishes each aggregate's messages in order, the aggregates concurrently; those that may share a batch do.
    fn begin(&self, waiting: Vec<Waiting>) -> Vec<BoxFuture<'_, Outcome>> {
        let (mut publishing, mut together) = (Vec::new(), BTreeMap::<String, SameSubject>::new());
        for Waiting { messages, until, room } in waiting {
            let room = Arc::new(room);
            for list in by_aggregate(messages) {
                match list.as_slice() {
                    [only] if only.batched => together.entry(only.subject.clone()).or_default().add(list, until, room.clone()),
                    _ => publishing.push(self.publish(list, until, vec![room.clone()], false)),
                }
            }
        }
        for SameSubject { messages, until, rooms } in together.into_values() {
            let until = until.unwrap_or_else(Instant::now);
            publishing.extend(batches(messages).into_iter().map(|batch| self.publish(batch, until, rooms.clone(), true)));
        }
        publishing
    }

    /// Publishes messages in order or as a batch; their room is free when that has ended.
    fn publish(&self, list: Vec<Message>, until: Instant, rooms: Vec<Arc<OwnedSemaphorePermit>>, batched: bool) -> BoxFuture<'_, Outcome> {
        let publishing = async move {
            let outcome = if !self.bus.is_connected() {
                Outcome { untried: list.into_iter().map(|message| message.id).collect(), ..Outcome::default() }
            } else if batched && list.len() > 1 {
                publish_batch(&self.bus, self.name, list, until).await
            } else {
                publish_in_order(&self.bus, self.name, list, until).await
            };
            drop(rooms);
            outcome
        };
        publishing.boxed()
    }

    /// The relay checks the streams that it knows.
    fn remember_streams(&self, known: &mut BTreeSet<String>, ended: &Outcome) {
        let new: Vec<&String> = ended.carried.iter().map(|one| &one.stream).filter(|stream| !known.contains(*stream)).collect();
        if new.is_empty() {
            return;
        }
        let mut told = self.wake.queue.streams.lock().unwrap_or_else(PoisonError::into_inner);
        for stream in new {
            known.insert(stream.clone());
            told.insert(stream.clone());
        }
        drop(told);
        self.wake.relay.notify_one();
    }

    /// Records the results: what failed is left to the relay at once, and what cannot be recorded when its lease is over.
    async fn note(&self, ended: Outcome) {
        let noting = || note(&self.own, &ended, self.clock.now(), time::Duration::ZERO);
        if let Err(error) = database::again_where_dead(&self.own, noting).await {
            tracing::warn!(error = store_error(&error), "what was published cannot be noted: it is told again");
        }
        let left = self.wake.queue.left.swap(false, Ordering::Relaxed);
        if left || !ended.failed.is_empty() || !ended.untried.is_empty() {
            self.wake.told.store(true, Ordering::Relaxed);
            self.wake.relay.notify_one();
        }
    }
}
