//! Checks of this service before it deletes the notices of a purged case [LPR4]: that they are about a case, and old enough. A concern is
//! never deleted with a case.

use proto::id::{CaseId, ReferralId};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::template::Template;

/// Two years, the least that the law allows; no two years are shorter.
pub const LEAST: Duration = Duration::days(730);
/// Clock difference between two services that is no fault.
const SKEW: Duration = Duration::minutes(5);

/// Case that cases reports as purged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purged {
    pub case: CaseId,
    /// The referral that it was opened from, and every other about it.
    pub referrals: Vec<ReferralId>,
    pub break_glasses: Vec<Uuid>,
    pub blocks: Vec<Uuid>,
    /// Notices of what was due.
    pub due_notices: Vec<Uuid>,
    /// What was told of its entries to sites.
    pub entry_notices: Vec<Uuid>,
    /// What was told of its requests for information.
    pub request_notices: Vec<Uuid>,
    pub purged_at: Option<OffsetDateTime>,
    pub last_used_at: Option<OffsetDateTime>,
}

impl Purged {
    /// Ids of everything that notices may be about.
    #[must_use]
    pub fn about(&self) -> Vec<Uuid> {
        let referrals = self.referrals.iter().map(|referral| referral.uuid());
        let others = self
            .break_glasses
            .iter()
            .chain(&self.blocks)
            .chain(&self.due_notices)
            .chain(&self.entry_notices)
            .chain(&self.request_notices)
            .copied();
        let mut about: Vec<Uuid> = std::iter::once(self.case.uuid()).chain(referrals).chain(others).collect();
        about.sort_unstable();
        about.dedup();
        about
    }

    /// Whether a notice with this template may be about this object.
    fn tells(&self, about: Uuid, template: &str) -> bool {
        let told = |templates: &[Template]| templates.iter().any(|known| known.code() == template);
        (about == self.case.uuid() && told(&[Template::CaseOpened, Template::MediatorAssigned, Template::OfficerAssigned]))
            || (self.referrals.iter().any(|referral| referral.uuid() == about) && told(&[Template::ReferralReceived]))
            || (self.break_glasses.contains(&about) && told(&[Template::BreakGlassOpened]))
            || (self.blocks.contains(&about) && told(&[Template::PassageBlocked, Template::PassageClear]))
            || (self.due_notices.contains(&about) && told(&[Template::ThingDue, Template::ThingOverdue, Template::SignOffDue]))
            || (self.entry_notices.contains(&about) && told(&Template::OF_ENTRIES))
            || (self.request_notices.contains(&about) && told(&Template::OF_REQUESTS))
    }
}

/// Stored notice under one of these ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    pub about: Uuid,
    pub template: String,
    /// It rings, or is about something that rings.
    pub of_a_concern: bool,
    pub first_told_at: OffsetDateTime,
}

/// Reason the deletion is forbidden, as a stable code; `None` where this service's own data does not forbid it.
#[must_use]
pub fn forbidden(purged: &Purged, told: &[NoticeRow], now: OffsetDateTime) -> Option<&'static str> {
    let (Some(purged_at), Some(last_used_at)) = (purged.purged_at, purged.last_used_at) else {
        return Some("purge-undated");
    };
    let of_the_case = |told: &&NoticeRow| told.about == purged.case.uuid();
    if told.iter().any(|told| told.of_a_concern) {
        Some("purge-names-a-concern")
    } else if told.iter().any(|told| !purged.tells(told.about, &told.template)) {
        Some("purge-names-something-else")
    } else if purged_at > now + SKEW {
        Some("purge-not-yet")
    } else if purged_at - last_used_at < LEAST || told.iter().filter(of_the_case).any(|told| now - told.first_told_at < LEAST) {
        Some("retention-not-over")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;
    const CASE: Uuid = Uuid::from_u128(1);
    const REFERRAL: Uuid = Uuid::from_u128(2);
    const GLASS: Uuid = Uuid::from_u128(3);
    const BLOCK: Uuid = Uuid::from_u128(4);
    const NOTICE: Uuid = Uuid::from_u128(5);
    const ENTRY: Uuid = Uuid::from_u128(6);
    const REQUEST: Uuid = Uuid::from_u128(7);

    fn purged() -> Purged {
        Purged {
            case: CaseId::new(CASE),
            referrals: vec![ReferralId::new(REFERRAL)],
            break_glasses: vec![GLASS],
            blocks: vec![BLOCK],
            due_notices: vec![NOTICE],
            entry_notices: vec![ENTRY],
            request_notices: vec![REQUEST],
            purged_at: Some(NOW),
            last_used_at: Some(NOW - LEAST),
        }
    }

    fn told(about: Uuid, template: Template) -> NoticeRow {
        NoticeRow { about, template: template.code().into(), of_a_concern: false, first_told_at: NOW - LEAST }
    }

    #[test]
    fn what_was_told_of_an_old_case_its_referral_and_its_break_glasses_may_go() {
        let all = [
            told(CASE, Template::CaseOpened),
            told(CASE, Template::MediatorAssigned),
            told(REFERRAL, Template::ReferralReceived),
            told(GLASS, Template::BreakGlassOpened),
            told(BLOCK, Template::PassageBlocked),
            told(BLOCK, Template::PassageClear),
            told(NOTICE, Template::ThingDue),
            told(NOTICE, Template::ThingOverdue),
            told(NOTICE, Template::SignOffDue),
            told(ENTRY, Template::EntryAsked),
            told(ENTRY, Template::EntryLapsed),
            told(REQUEST, Template::RequestAsked),
            told(REQUEST, Template::RequestLate),
        ];
        assert_eq!(forbidden(&purged(), &all, NOW), None);
        assert_eq!(forbidden(&purged(), &[], NOW), None);
    }

    #[test]
    fn a_concern_is_deleted_under_no_name_and_nothing_else_that_is_not_of_the_case() {
        for about in [CASE, REFERRAL, GLASS, BLOCK, NOTICE, ENTRY, REQUEST] {
            let alarm = NoticeRow { of_a_concern: true, ..told(about, Template::ConcernRingNhq) };
            assert_eq!(forbidden(&purged(), &[alarm], NOW), Some("purge-names-a-concern"));
            for template in [Template::ConcernVanished, Template::ContactReview, Template::BreakGlassReviewDue] {
                assert_eq!(forbidden(&purged(), &[told(about, template)], NOW), Some("purge-names-something-else"), "{template:?}");
            }
        }
        assert_eq!(forbidden(&purged(), &[told(REFERRAL, Template::CaseOpened)], NOW), Some("purge-names-something-else"));
    }

    #[test]
    fn a_case_that_is_younger_than_the_law_allows_is_kept_whatever_the_order_says() {
        let young = NoticeRow { first_told_at: NOW - LEAST + Duration::SECOND, ..told(CASE, Template::CaseOpened) };
        assert_eq!(forbidden(&purged(), &[young], NOW), Some("retention-not-over"));
        let used = Purged { last_used_at: Some(NOW - LEAST + Duration::SECOND), ..purged() };
        assert_eq!(forbidden(&used, &[], NOW), Some("retention-not-over"));
        let later = Purged { purged_at: Some(NOW + SKEW * 2), ..purged() };
        assert_eq!(forbidden(&later, &[], NOW), Some("purge-not-yet"));
        for undated in [Purged { purged_at: None, ..purged() }, Purged { last_used_at: None, ..purged() }] {
            assert_eq!(forbidden(&undated, &[], NOW), Some("purge-undated"));
        }
    }
}
