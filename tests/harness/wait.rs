//! Waiting for a condition, never for a time.

use std::{future::Future, time::Duration};

/// How often a condition is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Waits until `look` gives a value; fails with what was last seen when `within` has passed.
///
/// # Panics
/// The condition did not come true in time.
pub async fn eventually<T, F, Fut>(what: &str, within: Duration, mut look: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, String>>,
{
    let begun = tokio::time::Instant::now();
    loop {
        let seen = match look().await {
            Ok(value) => return value,
            Err(seen) => seen,
        };
        assert!(begun.elapsed() < within, "{what}: not within {within:?}; last seen: {seen}");
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}
