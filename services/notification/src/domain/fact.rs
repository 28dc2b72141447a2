//! Facts of other services, and the notices that follow from them: to the RJ Unit, its supervisors, an officer or a mediator.

use proto::id::{CaseId, ReferralId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    inbox::Recipient,
    office,
    template::{Data, Due, Origin, Template},
};

/// Fact that a person is notified of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// With its import, where it did not come alone.
    ReferralReceived {
        referral_id: ReferralId,
        import: Option<Uuid>,
        origin: Origin,
        site: String,
        at: Option<OffsetDateTime>,
    },
    CaseOpened {
        case_id: CaseId,
        at: Option<OffsetDateTime>,
    },
    MediatorAssigned {
        case_id: CaseId,
        mediator: String,
        at: Option<OffsetDateTime>,
    },
    OfficerAssigned {
        case_id: CaseId,
        officer: String,
        at: Option<OffsetDateTime>,
    },
    /// An advice is addressed to whoever drafts a condition: the notice says that it is there and nothing of it.
    ConditionAdvised {
        advice_id: Uuid,
        drafter: String,
        at: Option<OffsetDateTime>,
    },
    /// Something that was released in a case is blocked, or clear again.
    GateChanged {
        block_id: Uuid,
        case_id: CaseId,
        person: String,
        blocked: bool,
        at: Option<OffsetDateTime>,
    },
    /// Something happened to an entry to a site. Whoever answers for the site learns of no case.
    EntryChanged {
        notice_id: Uuid,
        recipient: Recipient,
        news: EntryNews,
        case_id: Option<CaseId>,
        at: Option<OffsetDateTime>,
    },
    /// Something happened to a request for information. Its addressee learns of no case.
    RequestChanged {
        notice_id: Uuid,
        recipient: Recipient,
        news: RequestNews,
        case_id: Option<CaseId>,
        at: Option<OffsetDateTime>,
    },
    BreakGlassOpened {
        break_glass_id: Uuid,
        case_id: CaseId,
        at: Option<OffsetDateTime>,
    },
    BreakGlassQuotaReached {
        notice_id: Uuid,
        at: Option<OffsetDateTime>,
    },
    BreakGlassReviewDue {
        notice_id: Uuid,
        overdue: i32,
        at: Option<OffsetDateTime>,
    },
    /// Something is due soon, due now or overdue; of a case, or of the registry of mediators [R3a].
    ThingDue {
        notice_id: Uuid,
        case_id: Option<CaseId>,
        what: Due,
        /// Nobody: the RJ Unit, and of a sign-off its supervisors.
        person: Option<String>,
        overdue: bool,
        at: Option<OffsetDateTime>,
    },
    /// At this moment the engagement of a mediator is over [D-mediator].
    EngagementEnding {
        notice_id: Uuid,
        mediator: String,
        to: EndingTo,
        open_cases: i32,
        at: Option<OffsetDateTime>,
    },
}

/// What there is to tell of an entry to a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryNews {
    /// To whoever answers for the site.
    Asked,
    /// To the same: something about it changed.
    Changed,
    Decided,
    OnHold,
    Clear,
    Lapsed,
}

impl EntryNews {
    const fn template(self) -> Template {
        match self {
            Self::Asked => Template::EntryAsked,
            Self::Changed => Template::EntryChanged,
            Self::Decided => Template::EntryDecided,
            Self::OnHold => Template::EntryOnHold,
            Self::Clear => Template::EntryClear,
            Self::Lapsed => Template::EntryLapsed,
        }
    }
}

/// What there is to tell of a request for information.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestNews {
    /// To whom it is addressed.
    Asked,
    /// To the office to which it climbed.
    Climbed,
    Withdrawn,
    /// To whoever works on the case.
    Answered,
    Late,
}

impl RequestNews {
    const fn template(self) -> Template {
        match self {
            Self::Asked => Template::RequestAsked,
            Self::Climbed => Template::RequestClimbed,
            Self::Withdrawn => Template::RequestWithdrawn,
            Self::Answered => Template::RequestAnswered,
            Self::Late => Template::RequestLate,
        }
    }
}

/// Who is told that an engagement ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndingTo {
    /// The mediator.
    Mediator,
    /// The RJ Unit: the cases are to be handed over.
    Unit,
}

/// Notice to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub recipient: Recipient,
    pub template: Template,
    /// Referral, import, case, break-glass or review.
    pub about: Uuid,
    pub data: Data,
}

impl Fact {
    /// Object it is about.
    #[must_use]
    pub const fn about(&self) -> Uuid {
        match self {
            Self::ReferralReceived { referral_id, .. } => referral_id.uuid(),
            Self::CaseOpened { case_id, .. } | Self::MediatorAssigned { case_id, .. } | Self::OfficerAssigned { case_id, .. } => {
                case_id.uuid()
            }
            Self::ConditionAdvised { advice_id, .. } => *advice_id,
            Self::GateChanged { block_id, .. } => *block_id,
            Self::BreakGlassOpened { break_glass_id, .. } => *break_glass_id,
            Self::BreakGlassQuotaReached { notice_id, .. }
            | Self::BreakGlassReviewDue { notice_id, .. }
            | Self::ThingDue { notice_id, .. }
            | Self::EntryChanged { notice_id, .. }
            | Self::RequestChanged { notice_id, .. }
            | Self::EngagementEnding { notice_id, .. } => *notice_id,
        }
    }

    /// Notice of this fact by itself, quoted by the reference.
    #[must_use]
    pub fn notice(self, reference: String) -> Notice {
        let about = self.about();
        let of_case = |case_id: CaseId, happened_at| Data { case_id: case_id.to_string().into(), happened_at, ..Data::default() };
        let (recipient, template, data) = match self {
            Self::ReferralReceived { origin, site, at, .. } => {
                (rj_unit(), Template::ReferralReceived, Data { origin: Some(origin), site, happened_at: at, ..Data::default() })
            }
            Self::CaseOpened { case_id, at } => (rj_unit(), Template::CaseOpened, of_case(case_id, at)),
            Self::MediatorAssigned { case_id, mediator, at } => {
                (Recipient::Person(mediator), Template::MediatorAssigned, of_case(case_id, at))
            }
            Self::OfficerAssigned { case_id, officer, at } => (Recipient::Person(officer), Template::OfficerAssigned, of_case(case_id, at)),
            Self::ConditionAdvised { drafter, at, .. } => {
                (Recipient::Person(drafter), Template::ConditionAdvised, Data { happened_at: at, ..Data::default() })
            }
            Self::GateChanged { case_id, person, blocked, at, .. } => {
                let template = if blocked { Template::PassageBlocked } else { Template::PassageClear };
                (Recipient::Person(person), template, of_case(case_id, at))
            }
            Self::EntryChanged { recipient, news, case_id, at, .. } => {
                let data = case_id.map_or_else(|| Data { happened_at: at, ..Data::default() }, |case_id| of_case(case_id, at));
                (recipient, news.template(), data)
            }
            Self::RequestChanged { recipient, news, case_id, at, .. } => {
                let data = case_id.map_or_else(|| Data { happened_at: at, ..Data::default() }, |case_id| of_case(case_id, at));
                (recipient, news.template(), data)
            }
            Self::BreakGlassOpened { case_id, at, .. } => (rj_supervisors(), Template::BreakGlassOpened, of_case(case_id, at)),
            Self::BreakGlassQuotaReached { at, .. } => {
                (rj_supervisors(), Template::BreakGlassQuotaReached, Data { happened_at: at, ..Data::default() })
            }
            Self::BreakGlassReviewDue { overdue, at, .. } => {
                (rj_supervisors(), Template::BreakGlassReviewDue, Data { waiting: Some(overdue), happened_at: at, ..Data::default() })
            }
            Self::ThingDue { case_id, what, person, overdue, at, .. } => {
                let recipient = match (person, what) {
                    (Some(person), _) => Recipient::Person(person),
                    (None, Due::SignOff) => rj_supervisors(),
                    (None, _) => rj_unit(),
                };
                let template = match (what, overdue) {
                    (Due::SignOff, _) => Template::SignOffDue,
                    (_, true) => Template::ThingOverdue,
                    (_, false) => Template::ThingDue,
                };
                let case_id = case_id.map(|case| case.to_string()).unwrap_or_default().into();
                (recipient, template, Data { case_id, due: Some(what), happened_at: at, ..Data::default() })
            }
            Self::EngagementEnding { mediator, to, open_cases, at, .. } => {
                let data = Data { person: mediator.clone(), waiting: Some(open_cases), happened_at: at, ..Data::default() };
                match to {
                    EndingTo::Mediator => (Recipient::Person(mediator), Template::EngagementEnding, data),
                    EndingTo::Unit => (rj_unit(), Template::CasesToHandOver, data),
                }
            }
        };
        Notice { recipient, template, about, data: Data { reference, ..data } }
    }
}

/// The RJ Unit as a recipient.
#[must_use]
pub fn rj_unit() -> Recipient {
    Recipient::Office(office::RJ_UNIT.to_owned())
}

fn rj_supervisors() -> Recipient {
    Recipient::Office(office::RJ_SUPERVISORS.to_owned())
}
