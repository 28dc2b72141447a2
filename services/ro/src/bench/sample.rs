//! Closed-loop clients, each waiting for its answer before the next request, and the statistics of their times.

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Serialize;

/// Time limit after which a round starts no new work.
const MAX_ROUND: Duration = Duration::from_secs(30);

/// The times of one round.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub clients: usize,
    /// Sorted.
    pub times: Vec<Duration>,
    pub elapsed: Duration,
    /// Units per answer: the rows of a batch.
    pub each: usize,
}

/// Statistics of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    pub clients: usize,
    pub count: usize,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub per_second: f64,
}

impl Sample {
    /// Times that were taken otherwise, without a rate.
    #[must_use]
    pub fn of(clients: usize, mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self { clients, times, elapsed: Duration::ZERO, each: 1 }
    }

    /// Rounds of the same measurement as one.
    #[must_use]
    pub fn together(rounds: Vec<Self>) -> Self {
        let mut whole = Self { clients: 0, times: Vec::new(), elapsed: Duration::ZERO, each: 1 };
        for round in rounds {
            whole.clients = round.clients;
            whole.each = round.each;
            whole.elapsed += round.elapsed;
            whole.times.extend(round.times);
        }
        whole.times.sort_unstable();
        whole
    }

    /// Other times of the same calls, without a rate: only the whole call gives the number per second.
    #[must_use]
    pub fn with_times(&self, mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self { times, elapsed: Duration::ZERO, ..self.clone() }
    }

    #[must_use]
    pub fn figures(&self) -> Figures {
        let at = |share: f64| {
            let rank = (self.times.len() as f64 * share).ceil() as usize;
            self.times.get(rank.max(1) - 1).map_or(0.0, |t| t.as_secs_f64() * 1e3)
        };
        let count = self.times.len() * self.each;
        let seconds = self.elapsed.as_secs_f64();
        let per_second = if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
        Figures { clients: self.clients, count, p50_ms: at(0.5), p99_ms: at(0.99), per_second }
    }
}

/// Runs `each` calls in each of `clients` tasks. `call` gets the numbers of its client and of its turn.
///
/// # Errors
/// The first call that fails.
pub async fn closed_loop<F, Fut>(clients: usize, each: usize, call: F) -> anyhow::Result<Sample>
where
    F: Fn(usize, usize) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send,
{
    let call = Arc::new(call);
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for client in 0..clients {
        let call = call.clone();
        tasks.spawn(async move {
            let mut times = Vec::with_capacity(each);
            for turn in 0..each {
                if begun.elapsed() > MAX_ROUND {
                    break;
                }
                let begun = Instant::now();
                call(client, turn).await?;
                times.push(begun.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::with_capacity(clients * each);
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    let elapsed = begun.elapsed();
    times.sort_unstable();
    Ok(Sample { clients, times, elapsed, each: 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_99th_percentile_is_a_time_that_was_measured() {
        let times: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        let figures = Sample { clients: 8, times, elapsed: Duration::from_secs(2), each: 1 }.figures();
        assert_eq!((figures.p50_ms, figures.p99_ms, figures.per_second), (100.0, 198.0, 100.0));
    }

    #[test]
    fn nothing_measured_is_nothing_and_not_a_crash() {
        let none = Sample { clients: 1, times: Vec::new(), elapsed: Duration::ZERO, each: 1 };
        assert_eq!(none.figures().per_second, 0.0);
    }
}
