//! Open concerns as safety last reported them, and the client to poll it with [RM1].

use std::sync::{Arc, Mutex, PoisonError};

use time::{Duration, OffsetDateTime};
use to_safety::{Known, TellSafety};
use tokio::sync::Notify;

use crate::domain::concern::still_counts;

/// The last answer of safety that was complete, and what is known of the concerns it named.
#[derive(Default)]
pub(crate) struct LastAnswer {
    /// When the last poll of safety began that was answered in full.
    pub(crate) at: Option<OffsetDateTime>,
    pub(crate) known: Known,
}

/// What safety has reported of open concerns, and the client to poll it with.
#[derive(Clone)]
pub struct OpenConcerns {
    safety: Arc<dyn TellSafety>,
    last: Arc<Mutex<LastAnswer>>,
    within: Duration,
    wakes: Arc<Notify>,
}

impl OpenConcerns {
    /// `within`: the greatest age of an answer that still opens the gate.
    #[must_use]
    pub fn new(safety: Arc<dyn TellSafety>, within: Duration) -> Self {
        Self { safety, last: Arc::default(), within, wakes: Arc::default() }
    }

    /// Requests a poll soon, because something may have changed.
    pub fn wake(&self) {
        self.wakes.notify_one();
    }

    /// The client for safety.
    #[must_use]
    pub(crate) fn safety(&self) -> &dyn TellSafety {
        self.safety.as_ref()
    }

    /// What [`OpenConcerns::wake`] notifies.
    #[must_use]
    pub fn wakes(&self) -> Arc<Notify> {
        self.wakes.clone()
    }

    /// Whether the last full answer of safety is recent enough.
    #[must_use]
    pub fn is_current(&self, now: OffsetDateTime) -> bool {
        still_counts(self.with(|last| last.at), self.within, now)
    }

    /// Reads or replaces the last answer.
    pub(crate) fn with<T>(&self, what: impl FnOnce(&mut LastAnswer) -> T) -> T {
        what(&mut self.last.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
