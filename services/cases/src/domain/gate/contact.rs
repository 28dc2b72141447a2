//! Contact with a participant: when other services must send them nothing for a case, and the order of what they are told [IM1c, L26-6].

use time::OffsetDateTime;

use crate::domain::case::stage::Stage;

/// What decides whether a participant may be contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    pub stage: Stage,
    /// A concern that names the case is open.
    pub frozen: bool,
    /// They left the case.
    pub left: bool,
    /// They withdrew, and have not said since, on their own initiative, that they want to go on.
    pub withdrawn: bool,
}

/// Whether nothing may be sent to them. Whoever stopped a case, it is stopped for everyone on it.
#[must_use]
pub const fn is_stopped(of: Reached) -> bool {
    of.frozen || of.left || of.withdrawn || !of.stage.is_at_work()
}

/// Sequence after the last. It follows the clock, so that a database restored from a backup does not repeat a sequence.
#[must_use]
pub fn next(last: Option<i64>, at: OffsetDateTime) -> i64 {
    let clock = i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX);
    last.map_or(clock, |last| clock.max(last.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    // [IM1c] [L26-6]
    #[test]
    fn contact_is_stopped_by_every_single_reason_and_by_no_other() {
        for stage in [Stage::Assessment, Stage::Preparation, Stage::Mediation, Stage::FollowUp, Stage::Paused, Stage::Closed] {
            for bits in 0..8_u8 {
                let (frozen, left, withdrawn) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0);
                let stopped = bits != 0 || matches!(stage, Stage::Paused | Stage::Closed);
                assert_eq!(is_stopped(Reached { stage, frozen, left, withdrawn }), stopped, "{stage:?} {bits}");
            }
        }
    }

    #[test]
    fn a_sequence_grows_whatever_the_clock_does() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::SECOND;
        assert_eq!(next(None, now), 1_000_000);
        assert_eq!(next(Some(5), now), 1_000_000);
        assert_eq!(next(Some(1_000_000), now), 1_000_001, "twice in one moment");
        assert_eq!(next(Some(2_000_000), now), 2_000_001, "the clock was set back");
        assert_eq!(next(Some(i64::MAX), now), i64::MAX);
    }
}
