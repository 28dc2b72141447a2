//! Messages that cases publishes: events with ids and codes, and the concern with what NHQ and the head must know.

use chassis::{Ids, audit::Signer, outbox::Outgoing, wire};
use prost::Message;
use proto::{
    cases::v1::{
        self as wire_cases, AssessmentRecorded, BreakGlassOpened, BreakGlassQuotaReached, BreakGlassReviewDue, CaseMoved, CaseOpened,
        CasePurged, CaseTie, CaseTies, MediatorAssigned, OfficerAssigned,
    },
    id::{AssessmentId, CaseId, ConcernId, ReferralId, SiteCode},
    purge,
    safety::v1::{Concern, Grade},
    subject,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{stage::Stage, text},
    store::access::Tied,
};

/// Event: a case was opened.
#[must_use]
pub fn case_opened(ids: &Ids, case: CaseId, referral: ReferralId, at: OffsetDateTime) -> Outgoing {
    let message = CaseOpened { case_id: case.to_string(), referral_id: referral.to_string(), opened_at: Some(wire::timestamp(at)) };
    of_case(ids, case, subject::CASE_OPENED, &message)
}

/// Event: a mediator was assigned.
#[must_use]
pub fn mediator_assigned(ids: &Ids, case: CaseId, mediator: &str, at: OffsetDateTime) -> Outgoing {
    let message = MediatorAssigned { case_id: case.to_string(), mediator: mediator.to_owned(), assigned_at: Some(wire::timestamp(at)) };
    of_case(ids, case, subject::MEDIATOR_ASSIGNED, &message)
}

/// Event: the case was added to an officer's portfolio.
#[must_use]
pub fn officer_assigned(ids: &Ids, case: CaseId, officer: &str, at: OffsetDateTime) -> Outgoing {
    let message = OfficerAssigned { case_id: case.to_string(), officer: officer.to_owned(), assigned_at: Some(wire::timestamp(at)) };
    of_case(ids, case, subject::OFFICER_ASSIGNED, &message)
}

/// Event: every officer who is tied to the case now.
#[must_use]
pub fn case_ties(ids: &Ids, (case, referral): (CaseId, ReferralId), revision: i64, ties: &[Tied], at: OffsetDateTime) -> Outgoing {
    let tie = |tied: &Tied| CaseTie { person: tied.subject.clone(), reads_only: tied.reads_only, until: tied.until.map(wire::timestamp) };
    let message = CaseTies {
        case_id: case.to_string(),
        referral_id: referral.to_string(),
        told_at: Some(wire::timestamp(at)),
        ties: ties.iter().map(tie).collect(),
        revision,
    };
    of_case(ids, case, subject::CASE_TIES, &message)
}

/// Event: a case was opened by break-glass. It waits behind no other message of the case.
#[must_use]
pub fn break_glass_opened(ids: &Ids, break_glass: Uuid, case: CaseId, at: OffsetDateTime) -> Outgoing {
    let message =
        BreakGlassOpened { break_glass_id: break_glass.to_string(), case_id: case.to_string(), broken_at: Some(wire::timestamp(at)) };
    Outgoing::event(ids, break_glass, subject::BREAK_GLASS_OPENED, &message)
}

/// Event: a further break-glass was refused because of the quota.
#[must_use]
pub fn break_glass_quota_reached(ids: &Ids, notice: Uuid, at: OffsetDateTime) -> Outgoing {
    let message = BreakGlassQuotaReached { notice_id: notice.to_string(), reached_at: Some(wire::timestamp(at)) };
    Outgoing::event(ids, notice, subject::BREAK_GLASS_QUOTA_REACHED, &message)
}

/// Event: reviews of break-glass are overdue.
#[must_use]
pub fn break_glass_review_due(ids: &Ids, notice: Uuid, overdue: i64, at: OffsetDateTime) -> Outgoing {
    let overdue = i32::try_from(overdue).unwrap_or(i32::MAX);
    let message = BreakGlassReviewDue { notice_id: notice.to_string(), overdue, noticed_at: Some(wire::timestamp(at)) };
    Outgoing::event(ids, notice, subject::BREAK_GLASS_REVIEW_DUE, &message)
}

/// Event: an assessment was recorded.
#[must_use]
pub fn assessment_recorded(ids: &Ids, case: CaseId, assessment: AssessmentId, at: OffsetDateTime) -> Outgoing {
    let message =
        AssessmentRecorded { case_id: case.to_string(), assessment_id: assessment.to_string(), recorded_at: Some(wire::timestamp(at)) };
    of_case(ids, case, subject::ASSESSMENT_RECORDED, &message)
}

/// Event: the case moved to another stage.
#[must_use]
pub fn case_moved(ids: &Ids, case: CaseId, stage: Stage, at: OffsetDateTime) -> Outgoing {
    let message = CaseMoved { case_id: case.to_string(), stage: stage_code(stage).into(), moved_at: Some(wire::timestamp(at)) };
    of_case(ids, case, subject::CASE_MOVED, &message)
}

/// A purged case, as it is published.
#[derive(Debug, Clone, Copy)]
pub struct Purged<'a> {
    pub case: CaseId,
    pub referral: ReferralId,
    /// Other referrals about the case.
    pub duplicates: &'a [Uuid],
    pub break_glasses: &'a [Uuid],
    pub last_used_at: OffsetDateTime,
    pub at: OffsetDateTime,
}

/// Event: the case was purged. Other services verify its signature, destroy what they store of the case, and report it.
#[must_use]
pub fn case_purged(ids: &Ids, signer: &Signer, purged: &Purged<'_>) -> Outgoing {
    let mut message = CasePurged {
        case_id: purged.case.to_string(),
        referral_id: purged.referral.to_string(),
        purged_at: Some(wire::timestamp(purged.at)),
        break_glass_ids: purged.break_glasses.iter().map(Uuid::to_string).collect(),
        referral_ids: purged.duplicates.iter().map(Uuid::to_string).collect(),
        last_used_at: Some(wire::timestamp(purged.last_used_at)),
        signature: Vec::new(),
    };
    let values = purge::order(&message);
    message.signature = signer.sign_row(purge::ORDER, &values.iter().map(String::as_str).collect::<Vec<_>>());
    of_case(ids, purged.case, subject::CASE_PURGED, &message)
}

fn of_case(ids: &Ids, case: CaseId, subject: &str, message: &impl Message) -> Outgoing {
    Outgoing::event(ids, case.uuid(), subject, message)
}

/// Imminent risk, as an assessor found it.
#[derive(Debug, Clone, Copy)]
pub struct Imminent<'a> {
    pub concern: ConcernId,
    pub case: CaseId,
    /// The site whose head is notified, where there is one.
    pub site: Option<&'a SiteCode>,
    pub person_at_risk: &'a str,
    pub notes: &'a str,
    pub for_the_head: &'a str,
}

/// A concern of the highest grade, resent until safety has it [RM1b, R4c]. With its own aggregate: no other message of the case delays it.
#[must_use]
pub fn concern(ids: &Ids, imminent: &Imminent<'_>, at: OffsetDateTime) -> Outgoing {
    let message = Concern {
        concern_id: imminent.concern.to_string(),
        grade: Grade::Imminent.into(),
        site: imminent.site.map(ToString::to_string).unwrap_or_default(),
        text: text::beginning(imminent.notes, text::NARRATIVE),
        person_at_risk: imminent.person_at_risk.to_owned(),
        nature: text::beginning(imminent.for_the_head, text::NARRATIVE),
        case_id: imminent.case.to_string(),
        observed_at: Some(wire::timestamp(at)),
        ..Concern::default()
    };
    Outgoing::event(ids, imminent.concern.uuid(), subject::RAISE_BY_CASES, &message).until_confirmed()
}

/// Wire value of a stage.
#[must_use]
pub const fn stage_code(stage: Stage) -> wire_cases::Stage {
    match stage {
        Stage::Assessment => wire_cases::Stage::Assessment,
        Stage::Preparation => wire_cases::Stage::Preparation,
        Stage::Mediation => wire_cases::Stage::Mediation,
        Stage::FollowUp => wire_cases::Stage::FollowUp,
        Stage::Paused => wire_cases::Stage::Paused,
        Stage::Closed => wire_cases::Stage::Closed,
    }
}
