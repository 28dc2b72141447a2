//! Validity of an answer of safety on open concerns [RM1].

use time::{Duration, OffsetDateTime};

/// Whether an answer of safety still counts: no older than this, and not from the future (the clock was set back).
#[must_use]
pub fn still_counts(answered_at: Option<OffsetDateTime>, within: Duration, now: OffsetDateTime) -> bool {
    answered_at.is_some_and(|answered| answered <= now && now - answered <= within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_safety_counts_for_a_while_and_never_one_from_the_future() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::DAY;
        let within = Duration::seconds(10);
        for (age, counts) in [(0, true), (10, true), (11, false), (-1, false), (-3_600, false)] {
            assert_eq!(still_counts(Some(now - Duration::seconds(age)), within, now), counts, "{age}");
        }
        assert!(!still_counts(None, within, now));
    }
}
