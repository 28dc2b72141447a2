//! Checks before the referrals of a purged case are destroyed [LPR4]: that they belong to the case, and are old enough.

use proto::id::{CaseId, ReferralId};
use time::{Duration, OffsetDateTime};

/// Two years, the least that the law allows, in days of the shortest two years.
pub const LEAST: Duration = Duration::days(730);
/// Largest clock difference between two services.
const SKEW: Duration = Duration::minutes(5);

/// A purged case, as published by cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purged {
    pub case: CaseId,
    /// The referral from which the case was opened.
    pub referral: ReferralId,
    /// Other referrals about it that cases knows.
    pub others: Vec<ReferralId>,
    pub purged_at: Option<OffsetDateTime>,
    pub last_used_at: Option<OffsetDateTime>,
}

/// A referral of the order that exists here and was not purged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    pub referral: ReferralId,
    /// The case opened from it, once cases has published it.
    pub case: Option<CaseId>,
    pub accepted_at: Option<OffsetDateTime>,
    /// Time of the last decision, correction or body.
    pub last_used_at: OffsetDateTime,
}

/// Why nothing is destroyed, as a stable code; `None` where no local fact stands against it.
#[must_use]
pub fn forbidden(purged: &Purged, here: &[Here], now: OffsetDateTime) -> Option<&'static str> {
    let (Some(purged_at), Some(last_used_at)) = (purged.purged_at, purged.last_used_at) else {
        return Some("purge-undated");
    };
    let of_another_case = |here: &Here| match here.case {
        Some(case) => case != purged.case,
        // It was accepted, and is not the referral from which the case was opened.
        None => here.accepted_at.is_some() && here.referral != purged.referral,
    };
    let young = |here: &Here| now - here.last_used_at < LEAST;
    if here.iter().any(of_another_case) {
        Some("purge-names-another-case")
    } else if here.iter().any(|here| here.referral == purged.referral && here.accepted_at.is_none()) {
        Some("purge-names-no-case")
    } else if purged_at > now + SKEW {
        Some("purge-not-yet")
    } else if purged_at - last_used_at < LEAST || here.iter().any(young) {
        Some("retention-not-over")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;
    const CASE: CaseId = CaseId::new(Uuid::from_u128(1));
    const OTHER: CaseId = CaseId::new(Uuid::from_u128(2));
    const REFERRAL: ReferralId = ReferralId::new(Uuid::from_u128(3));
    const TWIN: ReferralId = ReferralId::new(Uuid::from_u128(4));

    fn purged() -> Purged {
        Purged { case: CASE, referral: REFERRAL, others: vec![TWIN], purged_at: Some(NOW), last_used_at: Some(NOW - LEAST) }
    }

    fn here(referral: ReferralId) -> Here {
        let accepted_at = (referral == REFERRAL).then_some(NOW - LEAST);
        Here { referral, case: accepted_at.map(|_| CASE), accepted_at, last_used_at: NOW - LEAST }
    }

    #[test]
    fn the_referrals_of_an_old_case_may_go_whether_or_not_cases_has_told_of_the_case() {
        assert_eq!(forbidden(&purged(), &[here(REFERRAL), here(TWIN)], NOW), None);
        assert_eq!(forbidden(&purged(), &[Here { case: None, ..here(REFERRAL) }], NOW), None);
        assert_eq!(forbidden(&purged(), &[], NOW), None, "what is not here was destroyed before");
    }

    #[test]
    fn a_purge_destroys_nothing_of_another_case_nothing_that_was_never_a_case_and_nothing_young() {
        let refused = [
            (Here { case: Some(OTHER), ..here(REFERRAL) }, "purge-names-another-case"),
            (Here { case: Some(OTHER), ..here(TWIN) }, "purge-names-another-case"),
            (Here { accepted_at: Some(NOW - LEAST), ..here(TWIN) }, "purge-names-another-case"),
            (Here { case: None, accepted_at: None, ..here(REFERRAL) }, "purge-names-no-case"),
            (Here { last_used_at: NOW - LEAST + Duration::SECOND, ..here(REFERRAL) }, "retention-not-over"),
            (Here { last_used_at: NOW - LEAST + Duration::SECOND, ..here(TWIN) }, "retention-not-over"),
        ];
        for (here, reason) in refused {
            assert_eq!(forbidden(&purged(), std::slice::from_ref(&here), NOW), Some(reason), "{here:?}");
        }
    }

    #[test]
    fn an_order_that_is_undated_too_early_or_of_a_case_used_of_late_destroys_nothing() {
        for undated in [Purged { purged_at: None, ..purged() }, Purged { last_used_at: None, ..purged() }] {
            assert_eq!(forbidden(&undated, &[], NOW), Some("purge-undated"));
        }
        assert_eq!(forbidden(&Purged { purged_at: Some(NOW + SKEW * 2), ..purged() }, &[], NOW), Some("purge-not-yet"));
        let used = Purged { last_used_at: Some(NOW - LEAST + Duration::SECOND), ..purged() };
        assert_eq!(forbidden(&used, &[here(REFERRAL)], NOW), Some("retention-not-over"));
    }
}
