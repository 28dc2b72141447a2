//! Comparison of the speed of two implementations on a machine that is busy with other things.

use std::time::{Duration, Instant};

/// What both ways take when nothing disturbs them, by turns so that whatever else the machine does meets both: a tenth of the runs were
/// faster. A busy machine makes most runs slow, and those of two ways by different factors; it leaves some alone.
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
