//! Events of due things: to whoever works on the case, to the RJ Unit or its supervisors, and to mediators [R3a, R4a, D-mediator].

use base::{Ids, wire};
use messaging::outbox::Outgoing;
use proto::{
    cases::v1::{DueKind, EngagementEnding, ThingDue},
    id::CaseId,
    subject,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::due::Kind;

/// A thing that is told of.
#[derive(Debug, Clone, Copy)]
pub struct Telling {
    /// The same for everybody who is told.
    pub notice: Uuid,
    pub kind: Kind,
    pub case: Option<CaseId>,
    pub due_at: OffsetDateTime,
}

/// Event: a thing is due. `person` is empty for the office.
#[must_use]
pub fn thing_due(ids: &Ids, of: Telling, person: &str, at: OffsetDateTime) -> Outgoing {
    let message = ThingDue {
        notice_id: of.notice.to_string(),
        kind: wire_kind(of.kind).into(),
        case_id: of.case.map(|case| case.to_string()).unwrap_or_default(),
        person: person.to_owned(),
        due_at: Some(wire::timestamp(of.due_at)),
        overdue: of.due_at <= at,
        noticed_at: Some(wire::timestamp(at)),
    };
    Outgoing::event(ids, of.case.map_or(of.notice, CaseId::uuid), subject::THING_DUE, &message)
}

/// Event: an engagement ends soon.
#[must_use]
pub fn engagement_ending(ids: &Ids, of: Telling, mediator: &str, open_cases: i64, at: OffsetDateTime) -> Outgoing {
    let message = EngagementEnding {
        notice_id: of.notice.to_string(),
        mediator: mediator.to_owned(),
        ends_at: Some(wire::timestamp(of.due_at)),
        open_cases: i32::try_from(open_cases).unwrap_or(i32::MAX),
        noticed_at: Some(wire::timestamp(at)),
    };
    Outgoing::event(ids, of.notice, subject::ENGAGEMENT_ENDING, &message)
}

/// Wire value of a kind.
#[must_use]
pub const fn wire_kind(kind: Kind) -> DueKind {
    match kind {
        Kind::Assessment => DueKind::Assessment,
        Kind::Consent => DueKind::Consent,
        Kind::Condition => DueKind::Condition,
        Kind::FollowUp => DueKind::FollowUp,
        Kind::Schedule => DueKind::Schedule,
        Kind::Review => DueKind::Review,
        Kind::SignOff => DueKind::SignOff,
        Kind::Engagement => DueKind::Engagement,
        Kind::Training => DueKind::Training,
        Kind::Request => DueKind::Request,
    }
}
