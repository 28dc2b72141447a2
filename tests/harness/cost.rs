//! How much slower one way of doing the same is than another, on a machine that is busy with other things.

use std::time::{Duration, Instant};

/// The medians of both ways, taken in turn so that whatever else the machine does meets both.
pub async fn medians(times: usize, mut one: impl AsyncFnMut(), mut other: impl AsyncFnMut()) -> (Duration, Duration) {
    let (mut ones, mut others) = (Vec::with_capacity(times), Vec::with_capacity(times));
    for _ in 0..times {
        let begun = Instant::now();
        one().await;
        ones.push(begun.elapsed());
        let begun = Instant::now();
        other().await;
        others.push(begun.elapsed());
    }
    (median(ones), median(others))
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}
