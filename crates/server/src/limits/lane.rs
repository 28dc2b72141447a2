//! Two lanes of calls to the database: urgent ones never wait behind others, however many there are.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Largest number of calls waiting for the usual lane; one more is refused at once.
const MAX_WAITING: usize = 512;
/// Longest wait. Shorter than the deadline of our callers, so that they receive a reason.
const WAIT_TIMEOUT: Duration = Duration::from_secs(4);

/// Place in a lane; dropping it lets the next call in.
pub struct Place {
    _works: OwnedSemaphorePermit,
}

/// Lanes of one gRPC server. Cheap to clone.
#[derive(Clone)]
pub struct Lanes {
    urgent: &'static [&'static str],
    fast: Arc<Semaphore>,
    usual: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Lanes {
    /// A quarter of the connections is in no lane: it is for the ladder, the relay and the consumers. Of the rest, urgent calls have twice
    /// the share of others; where no method is urgent, the usual lane has it all.
    pub fn new(connections: u32, urgent: &'static [&'static str]) -> Self {
        let connections = usize::try_from(connections).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let quarter = connections.div_ceil(4);
        let shares = if urgent.is_empty() { (0, connections.saturating_sub(quarter)) } else { (connections / 2, connections / 4) };
        let [fast, usual] = [shares.0, shares.1].map(|share| Arc::new(Semaphore::new(share.max(1))));
        Self { urgent, fast, usual, waiting: Arc::new(Semaphore::new(MAX_WAITING)) }
    }

    pub fn is_urgent(&self, method: &str) -> bool {
        self.urgent.contains(&method)
    }

    /// Place for a call of `method`; none where too many wait, or none became free in time. An urgent call waits as long as its caller.
    pub async fn place(&self, method: &str) -> Option<Place> {
        if self.is_urgent(method) {
            return self.fast.clone().acquire_owned().await.ok().map(|works| Place { _works: works });
        }
        let usual = self.usual.clone();
        if let Ok(works) = usual.clone().try_acquire_owned() {
            return Some(Place { _works: works });
        }
        let _waits = self.waiting.try_acquire().ok()?;
        let works = tokio::time::timeout(WAIT_TIMEOUT, usual.acquire_owned()).await.ok()?.ok()?;
        Some(Place { _works: works })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn when_the_usual_lane_is_full_an_urgent_call_finds_a_place_at_once() {
        let lanes = Lanes::new(4, &["raise"]);
        let mut full = Vec::new();
        while let Ok(works) = lanes.usual.clone().try_acquire_owned() {
            full.push(works);
        }
        assert_eq!(full.len(), 1, "three quarters of the connections are never lent to what is not urgent");
        let mut urgent = std::pin::pin!(lanes.place("raise"));
        assert!(futures::poll!(&mut urgent).is_ready());
        let mut usual = std::pin::pin!(lanes.place("list"));
        assert!(futures::poll!(&mut usual).is_pending());
        full.clear();
        assert!(usual.await.is_some());
    }

    #[tokio::test]
    async fn no_more_than_a_bounded_number_wait() {
        let lanes = Lanes::new(1, &[]);
        let _works = lanes.place("list").await;
        let mut waiting: Vec<_> = (0..MAX_WAITING).map(|_| Box::pin(lanes.place("list"))).collect();
        for place in &mut waiting {
            assert!(futures::poll!(place.as_mut()).is_pending());
        }
        assert!(lanes.place("list").await.is_none());
    }
}
