//! Waiting for a condition, never for a time.

use std::{future::Future, time::Duration};

/// Poll interval of a condition.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Polls `look` until it gives a value; fails with the last observation when `within` has passed.
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
