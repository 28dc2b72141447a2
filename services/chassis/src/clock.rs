//! Time, ids and randomness as arguments. Nothing else in the project asks the machine for them.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use time::OffsetDateTime;
use uuid::Uuid;

/// What time it is, in UTC: the machine's, or one that a test sets.
#[derive(Debug, Clone)]
pub struct Clock(Option<Arc<Mutex<OffsetDateTime>>>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(None)
    }

    /// A clock that stands still until [`Clock::advance`].
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

/// As fine as PostgreSQL keeps an instant.
#[must_use]
pub fn to_the_microsecond(at: OffsetDateTime) -> OffsetDateTime {
    at.replace_nanosecond(at.nanosecond() / 1_000 * 1_000).unwrap_or(at)
}

/// Microseconds since 1970, which is what PostgreSQL keeps of an instant: what is signed is read again as it was.
#[must_use]
pub fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000)).unwrap_or(i64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
fn machine_time() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// Makes ids and random numbers: the machine's, or a sequence that a test can repeat.
#[derive(Debug, Clone)]
pub struct Ids(Option<Arc<AtomicU64>>);

impl Ids {
    #[must_use]
    pub const fn random() -> Self {
        Self(None)
    }

    /// The same seed gives the same ids in the same order.
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

    /// A number that nobody can guess (except from a seeded source).
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
