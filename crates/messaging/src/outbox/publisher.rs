//! Publisher of just committed messages from memory; it records the results of those that end together in one statement.
//!
//! What does not fit, fails, or is too late for its lease is left to the relay: its row exists.

use std::{
    collections::BTreeSet,
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
    publishing::{Message, Outcome, by_aggregate, note, publish_in_order},
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
                    Some(waiting) => publishing.extend(self.begin(waiting)),
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

    /// Publishes each aggregate's messages in order; the aggregates concurrently.
    fn begin(&self, waiting: Waiting) -> impl Iterator<Item = BoxFuture<'_, Outcome>> {
        let Waiting { messages, until, room } = waiting;
        let room = Arc::new(room);
        by_aggregate(messages).map(move |list| {
            let room = room.clone();
            async move {
                let outcome = if self.bus.is_connected() {
                    publish_in_order(&self.bus, self.name, list, until).await
                } else {
                    Outcome { untried: list.into_iter().map(|message| message.id).collect(), ..Outcome::default() }
                };
                drop(room);
                outcome
            }
            .boxed()
        })
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
