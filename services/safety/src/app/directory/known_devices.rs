//! In-memory copy of the enrolled devices that are believed. It outlasts a database that cannot be read.

use std::sync::Arc;

use auth::devices::Devices;
use base::Clock;
use time::Duration;
use tokio::sync::Notify;

/// Cached devices of this process. Cheap to clone.
#[derive(Clone)]
pub struct KnownDevices {
    /// Devices in force.
    pub in_use: Devices,
    /// Longest validity of a device.
    pub longest: Duration,
    /// Wakes the refresh of the caches.
    pub changed: Arc<Notify>,
}

impl KnownDevices {
    /// Empty cache.
    #[must_use]
    pub fn new(clock: Clock, longest: Duration) -> Self {
        Self { in_use: Devices::new(clock), longest, changed: Arc::default() }
    }

    /// Refreshes the cache at once: a commit may have changed it.
    pub fn refresh_now(&self) {
        self.changed.notify_one();
    }
}
