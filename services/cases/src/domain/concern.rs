//! What a concern names, and how long an answer of safety counts [RM1].

use proto::reference;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::access::NUMBER_PREFIX;

/// Prefix of the numbers that intake gives to referrals.
const REFERRAL_PREFIX: &str = "RO";

/// An id or a number that stands in a concern. Of a case, of a referral, or of nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    Id(Uuid),
    Number(String),
}

impl Named {
    /// What safety found in a concern; `None` for what can name neither a case nor a referral.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = || [NUMBER_PREFIX, REFERRAL_PREFIX].into_iter().find_map(|prefix| reference::parse(prefix, text));
        Uuid::try_parse(text.trim()).ok().map(Self::Id).or_else(|| number().map(Self::Number))
    }

    #[must_use]
    pub const fn id(&self) -> Option<Uuid> {
        match self {
            Self::Id(id) => Some(*id),
            Self::Number(_) => None,
        }
    }

    #[must_use]
    pub fn number(&self) -> Option<&str> {
        match self {
            Self::Id(_) => None,
            Self::Number(number) => Some(number),
        }
    }
}

/// Whether an answer of safety still counts: no older than this. One from a moment that has not come yet does not: the clock was set back.
#[must_use]
pub fn still_counts(heard_at: Option<OffsetDateTime>, within: Duration, now: OffsetDateTime) -> bool {
    heard_at.is_some_and(|heard| heard <= now && now - heard <= within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_and_a_referral_are_named_by_id_or_number_and_by_nothing_else() {
        let (case, referral) = (reference::make("RC", 9), reference::make("RO", 9));
        assert_eq!(Named::parse(&case.to_lowercase()), Some(Named::Number(case)));
        assert_eq!(Named::parse(&referral), Some(Named::Number(referral)));
        let id = Uuid::from_u128(7);
        assert_eq!(Named::parse(&id.to_string()), Some(Named::Id(id)));
        assert_eq!(Named::parse(&reference::make("RS", 9)), None);
        assert_eq!(Named::parse(""), None);
    }

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
