//! Comparison of the speed of two implementations on a machine that is busy with other things.

use std::time::{Duration, Instant};

/// Undisturbed times of both, the fastest tenth of the runs, taken in turns so that other load meets both alike. A busy machine makes most
/// runs slow, and those of the two by different factors; it leaves some alone.
pub async fn undisturbed(times: usize, mut one: impl AsyncFnMut(), mut other: impl AsyncFnMut()) -> (Duration, Duration) {
    let (mut ones, mut others) = (Vec::with_capacity(times), Vec::with_capacity(times));
    for _ in 0..times {
        let begun = Instant::now();
        one().await;
        ones.push(begun.elapsed());
        let begun = Instant::now();
        other().await;
        others.push(begun.elapsed());
    }
    (tenth(ones), tenth(others))
}

fn tenth(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    all.get(all.len() / 10).copied().unwrap_or_default()
}
