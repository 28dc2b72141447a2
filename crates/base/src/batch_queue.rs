//! Queue of work that is written in batches: what waits while one batch is written is the next batch.
//!
//! An item that comes alone does not wait: a batch is what is there when the one before it has ended, and never waits to be full. A batch
//! that fails, panics or takes too long may have written nothing: each of its callers is informed and tries alone, by a path of its own
//! that recognises what may have been written all the same.

use std::{future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Full batches that may wait; beyond that a caller tries alone.
const MAX_SETS_WAITING: usize = 4;

/// Writer of a batch.
pub trait WriteBatch: Send + Sync + 'static {
    type Item: Send + Sync + 'static;
    type Done: Send + 'static;

    /// Writes the items together; returns the result of each in its place, and `None` for one that is to be tried alone. A batch that
    /// failed gives an empty result.
    fn write(&self, items: &[Arc<Self::Item>]) -> impl Future<Output = Vec<Option<Self::Done>>> + Send;
}

/// Callers' end of the queue. Cheap to clone.
pub struct BatchQueue<W: WriteBatch>(mpsc::Sender<Waiting<W>>);

impl<W: WriteBatch> Clone for BatchQueue<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Writing end of the queue: one task [runs](BatchWorker::run) it.
pub struct BatchWorker<W: WriteBatch> {
    queue: mpsc::Receiver<Waiting<W>>,
    writer: W,
    max: usize,
    deadline: Duration,
}

struct Waiting<W: WriteBatch> {
    item: Arc<W::Item>,
    answer: oneshot::Sender<W::Done>,
}

/// Queue for `writer`, of batches of at most `max` items, each of which is given up after `deadline`.
#[must_use]
pub fn batch_queue<W: WriteBatch>(writer: W, max: usize, deadline: Duration) -> (BatchQueue<W>, BatchWorker<W>) {
    let max = max.max(1);
    let (callers, queue) = mpsc::channel(max.saturating_mul(MAX_SETS_WAITING));
    (BatchQueue(callers), BatchWorker { queue, writer, max, deadline })
}

impl<W: WriteBatch> BatchQueue<W> {
    /// Writes the item with the next batch. `None` where it must be tried alone: its batch failed, the queue is full, or no task writes.
    /// The item is written also where the caller goes away meanwhile.
    pub async fn write(&self, item: Arc<W::Item>) -> Option<W::Done> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(Waiting { item, answer }).ok()?;
        answered.await.ok()
    }
}

impl<W: WriteBatch> BatchWorker<W> {
    /// Writes batch after batch until stopped; waiting callers then try alone.
    ///
    /// # Errors
    /// Never.
    pub async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut set = Vec::with_capacity(self.max);
        loop {
            let count = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                count = self.queue.recv_many(&mut set, self.max) => count,
            };
            if count == 0 {
                break;
            }
            let (items, answers): (Vec<_>, Vec<_>) = set.drain(..).map(|waiting| (waiting.item, waiting.answer)).unzip();
            let done = self.write(&items).await;
            for (answer, done) in answers.into_iter().zip(done) {
                // A caller that went away meanwhile gets no answer; one that gets no answer tries alone.
                let _ = done.map(|done| answer.send(done));
            }
        }
        // Without callers there is nothing to do; a task that ends before the process stops would stop it.
        stop.cancelled().await;
        Ok(())
    }

    async fn write(&self, items: &[Arc<W::Item>]) -> Vec<Option<W::Done>> {
        let writing = AssertUnwindSafe(self.writer.write(items)).catch_unwind();
        match tokio::time::timeout(self.deadline, writing).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => {
                tracing::error!(items = items.len(), "writing a set panicked: each is tried alone");
                Vec::new()
            }
            Err(_) => {
                tracing::warn!(items = items.len(), "writing a set takes too long: each is tried alone");
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures::future::join_all;
    use tokio::sync::Semaphore;

    use super::*;

    const SOON: Duration = Duration::from_secs(30);

    /// Writer of numbers that waits until the test lets it; it fails some of them.
    #[derive(Clone)]
    struct Numbers {
        sets: Arc<Mutex<Vec<Vec<u32>>>>,
        begun: Arc<Semaphore>,
        let_on: Arc<Semaphore>,
    }

    const NOT_IN_A_SET: u32 = 13;
    const FAILS: u32 = 66;
    const PANICS: u32 = 99;

    impl WriteBatch for Numbers {
        type Item = u32;
        type Done = u32;

        async fn write(&self, items: &[Arc<u32>]) -> Vec<Option<u32>> {
            self.begun.add_permits(1);
            self.let_on.acquire().await.unwrap().forget();
            let set: Vec<u32> = items.iter().map(|item| **item).collect();
            self.sets.lock().unwrap().push(set.clone());
            assert!(!set.contains(&PANICS), "as the test wants");
            if set.contains(&FAILS) {
                return Vec::new();
            }
            set.into_iter().map(|number| (number != NOT_IN_A_SET).then_some(number * 2)).collect()
        }
    }

    struct Queue {
        queue: BatchQueue<Numbers>,
        writer: Numbers,
        stop: CancellationToken,
    }

    fn queue(max: usize, deadline: Duration) -> Queue {
        let writer = Numbers { sets: Arc::default(), begun: Arc::new(Semaphore::new(0)), let_on: Arc::new(Semaphore::new(0)) };
        let (queue, sets) = batch_queue(writer.clone(), max, deadline);
        let stop = CancellationToken::new();
        tokio::spawn(sets.run(stop.clone()));
        Queue { queue, writer, stop }
    }

    impl Queue {
        fn sets(&self) -> Vec<Vec<u32>> {
            self.writer.sets.lock().unwrap().clone()
        }

        /// Queues all of these before any of them is written.
        async fn ask(&self, numbers: &[u32]) -> Vec<Option<u32>> {
            let mut asked = Box::pin(join_all(numbers.iter().map(|number| self.queue.write(Arc::new(*number)))));
            assert!(futures::poll!(&mut asked).is_pending());
            self.writer.let_on.add_permits(numbers.len());
            tokio::time::timeout(SOON, asked).await.unwrap()
        }
    }

    #[tokio::test]
    async fn who_comes_alone_waits_for_nobody_and_what_comes_meanwhile_is_the_next_set() {
        let queue = queue(4, SOON);
        let mut first = Box::pin(queue.queue.write(Arc::new(1)));
        assert!(futures::poll!(&mut first).is_pending());
        tokio::time::timeout(SOON, queue.writer.begun.acquire()).await.expect("it waits for others").unwrap().forget();
        assert_eq!(queue.ask(&[2, 3, 4, 5, 6, 7]).await, [4, 6, 8, 10, 12, 14].map(Some));
        assert_eq!(first.await, Some(2));
        assert_eq!(queue.sets(), [vec![1], vec![2, 3, 4, 5], vec![6, 7]]);
    }

    #[tokio::test]
    async fn after_a_set_that_fails_or_panics_each_tries_alone_and_the_next_is_written() {
        let queue = queue(8, SOON);
        for bad in [FAILS, PANICS] {
            let answered = queue.ask(&[1, bad, 3]).await;
            assert!(answered.contains(&None), "{answered:?}");
            assert_eq!(queue.ask(&[5]).await, [Some(10)]);
        }
        assert_eq!(queue.ask(&[NOT_IN_A_SET]).await, [None], "one may be left out of a set that is written");
    }

    #[tokio::test]
    async fn nobody_waits_for_a_slow_set_in_a_long_queue_or_for_nobody() {
        let slow = queue(1, Duration::from_millis(20));
        assert_eq!(tokio::time::timeout(SOON, slow.queue.write(Arc::new(1))).await, Ok(None));
        let (full, _sets) = batch_queue(slow.writer.clone(), 1, SOON);
        let waiting: Vec<_> = (0..4).map(|number| full.write(Arc::new(number))).collect();
        let mut waiting = Box::pin(join_all(waiting));
        assert!(futures::poll!(&mut waiting).is_pending());
        assert_eq!(full.write(Arc::new(9)).await, None);
        let ended = queue(1, SOON);
        ended.stop.cancel();
        assert_eq!(tokio::time::timeout(SOON, ended.queue.write(Arc::new(1))).await, Ok(None));
    }
}
