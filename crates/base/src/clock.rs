//! Time, ids and randomness as arguments. Nothing else in the project asks the machine for them.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use opentelemetry::{KeyValue, global};
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use crate::tasks::{Failed, Next, Work};

/// Clock of UTC time: the machine's, or one that a test sets.
#[derive(Debug, Clone)]
pub struct Clock(Option<Arc<Mutex<OffsetDateTime>>>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(None)
    }

    /// Clock that stands still until [`Clock::advance`].
    #[must_use]
    pub fn fixed(at: OffsetDateTime) -> Self {
        Self(Some(Arc::new(Mutex::new(at))))
    }

    /// Moves a fixed clock; the machine's clock cannot be moved.
    pub fn advance(&self, by: time::Duration) {
        if let Some(fixed) = &self.0 {
            *fixed.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }

    /// Now, cut to microseconds: what PostgreSQL stores is what was decided on.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        let now = match &self.0 {
            Some(fixed) => *fixed.lock().unwrap_or_else(PoisonError::into_inner),
            None => machine_time(),
        };
        to_the_microsecond(now)
    }
}

/// Time rounded to PostgreSQL's precision.
#[must_use]
pub fn to_the_microsecond(at: OffsetDateTime) -> OffsetDateTime {
    at.replace_nanosecond(at.nanosecond() / 1_000 * 1_000).unwrap_or(at)
}

/// Clock difference between instances of a service that is no fault.
const TOLERANCE: time::Duration = time::Duration::seconds(5);

/// Whether something that waits for `due`, and never for longer than `interval`, is due now. A time further ahead than that was set by a
/// clock that has been set back since: it is due now.
#[must_use]
pub fn is_due(due: OffsetDateTime, interval: time::Duration, now: OffsetDateTime) -> bool {
    due <= now || due > now + interval
}

/// Whether a past moment lies ahead: the clock was set back, or that of another instance is wrong.
#[must_use]
pub fn is_ahead(been: OffsetDateTime, now: OffsetDateTime) -> bool {
    been > now + TOLERANCE
}

/// By how much the clock was set while `elapsed` went by; `None` where it only ran, or was disciplined by seconds.
#[must_use]
pub fn step(before: OffsetDateTime, elapsed: Duration, now: OffsetDateTime) -> Option<time::Duration> {
    let by = now - before - time::Duration::try_from(elapsed).unwrap_or(time::Duration::ZERO);
    (by.abs() > TOLERANCE).then_some(by)
}

/// Interval at which the machine's clock is compared with the elapsed time.
pub const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Counts a clock step of this size; returns its direction.
pub fn count_step(by: time::Duration) -> &'static str {
    let way = if by.is_negative() { "back" } else { "forward" };
    let steps = global::meter("base").u64_counter("clock.steps").with_description("How often the clock was set").build();
    steps.add(1, &[KeyValue::new("way", way)]);
    way
}

/// Periodic work that logs an error when the clock was set, by how much and in which direction. A fixed clock is compared with itself.
pub struct Watch {
    clock: Clock,
    before: OffsetDateTime,
    since: Instant,
}

impl Watch {
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { before: clock.now(), since: Instant::now(), clock }
    }
}

impl Work for Watch {
    async fn run(&mut self) -> Result<Next, Failed> {
        let (now, elapsed) = (self.clock.now(), if self.clock.0.is_some() { Duration::ZERO } else { self.since.elapsed() });
        if let Some(by) = step(self.before, elapsed, now) {
            let way = count_step(by);
            tracing::error!(seconds = by.whole_seconds(), way, "the clock of this machine was set: somebody must look at its time source");
        }
        (self.before, self.since) = (now, Instant::now());
        Ok(Next::Later)
    }
}

/// Microseconds since 1970, PostgreSQL's precision: what is signed is read back unchanged.
#[must_use]
pub fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000)).unwrap_or(i64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
fn machine_time() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// Generator of ids and random numbers: the machine's, or a sequence that a test can repeat.
#[derive(Debug, Clone)]
pub struct Ids(Option<Arc<AtomicU64>>);

impl Ids {
    #[must_use]
    pub const fn random() -> Self {
        Self(None)
    }

    /// Generator with a seed: the same ids in the same order.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Some(Arc::new(AtomicU64::new(seed))))
    }

    /// A fresh UUID (version 7, except from a seeded source).
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        match &self.0 {
            Some(_) => Uuid::from_u64_pair(self.number() | 1, self.number()),
            None => machine_id(),
        }
    }

    /// Unpredictable number (except from a seeded source).
    #[must_use]
    pub fn number(&self) -> u64 {
        match &self.0 {
            Some(state) => split_mix(state.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)),
            None => machine_id().as_u64_pair().1 << 2 ^ machine_id().as_u64_pair().1 >> 7,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
fn machine_id() -> Uuid {
    Uuid::now_v7()
}

/// The finaliser of `SplitMix64`: a bijection, so a seeded source never repeats an id.
const fn split_mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);
    const HOUR: time::Duration = time::Duration::HOUR;

    #[test]
    fn what_is_due_further_ahead_than_its_interval_is_due_now_and_nothing_else_is_due_early() {
        let seconds = time::Duration::seconds;
        for (ahead, interval, due) in [
            (seconds(0), seconds(5), true),
            (-HOUR, seconds(5), true),
            (seconds(1), seconds(5), false),
            (seconds(5), seconds(5), false),
            (seconds(6), seconds(5), true),
            (HOUR, seconds(5), true),
            (HOUR * 24, HOUR * 2, true),
            (HOUR, HOUR * 2, false),
        ] {
            assert_eq!(is_due(NOON + ahead, interval, NOON), due, "{ahead} {interval}");
        }
    }

    #[test]
    fn a_clock_that_is_set_is_told_from_one_that_runs() {
        let minute = Duration::from_secs(60);
        assert_eq!(step(NOON, minute, NOON + minute), None);
        assert_eq!(step(NOON, minute, NOON + minute + Duration::from_secs(2)), None);
        assert_eq!(step(NOON, minute, NOON + minute - HOUR), Some(-HOUR));
        assert_eq!(step(NOON, minute, NOON + minute - HOUR * 24), Some(-HOUR * 24));
        assert_eq!(step(NOON, minute, NOON + minute + HOUR), Some(HOUR));
        assert!(is_ahead(NOON + HOUR, NOON) && !is_ahead(NOON + Duration::from_secs(1), NOON) && !is_ahead(NOON - HOUR, NOON));
    }
}
