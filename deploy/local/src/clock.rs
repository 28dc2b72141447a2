//! The clock of this crate: the only place that reads the time of day. Deadlines use `Instant`.

use time::OffsetDateTime;

/// The time of day, for certificates and tokens.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the runner is at the edge: it issues certificates and tokens for now")]
pub fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
