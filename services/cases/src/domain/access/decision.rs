//! The authorization decision: who may do what to a case, from their tie to it. A pure function with every rule and its clause.
//!
//! The gRPC server has checked the role, independent of any case; the store answers what ties the caller to the case at this moment. The
//! decision is made only here; `tests/it/snapshots/decisions.txt` is the whole table.

use base::{Error, Refusal, Result};

use crate::domain::{access::scope::Line, case::stage::Stage};

/// An action: one per RPC, and one per effect of a bus message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    List,
    Read,
    Find,
    AddParticipant,
    LeaveCase,
    AssignMediator,
    EndMediator,
    AssignOfficer,
    EndOfficer,
    RecordAssessment,
    RecordConsent,
    DescribeMode,
    SayDirect,
    Move,
    /// The file had the wrong site for the person.
    CorrectSite,
    /// The person is at another site from a day on [TRAP-2].
    RecordPersonMove,
    WhoViewed,
    BreakGlass,
    EndBreakGlass,
    ListBreakGlass,
    ReviewBreakGlass,
    KeepDocument,
    ListDocuments,
    ReadDocument,
    PlaceHold,
    LiftHold,
    ListHolds,
    /// The cases whose retention is over [LPR4].
    ListDue,
    OrderPurge,
    ConfirmPurge,
    /// The certificate of a purged case.
    ReadCertificate,
    /// A screening decision opens the case.
    Open,
    /// A newer decision changes how far the case may go.
    DecideAgain,
    /// A newer decision no longer accepts the referral.
    TakeBack,
    /// A concern of the case is reported by safety.
    FollowConcern,
    /// Another service reports what it destroyed of a purged case.
    HearObeyed,
}

impl Verb {
    pub const ALL: [Self; 36] = [
        Self::List,
        Self::Read,
        Self::Find,
        Self::AddParticipant,
        Self::LeaveCase,
        Self::AssignMediator,
        Self::EndMediator,
        Self::AssignOfficer,
        Self::EndOfficer,
        Self::RecordAssessment,
        Self::RecordConsent,
        Self::DescribeMode,
        Self::SayDirect,
        Self::Move,
        Self::CorrectSite,
        Self::RecordPersonMove,
        Self::WhoViewed,
        Self::BreakGlass,
        Self::EndBreakGlass,
        Self::ListBreakGlass,
        Self::ReviewBreakGlass,
        Self::KeepDocument,
        Self::ListDocuments,
        Self::ReadDocument,
        Self::PlaceHold,
        Self::LiftHold,
        Self::ListHolds,
        Self::ListDue,
        Self::OrderPurge,
        Self::ConfirmPurge,
        Self::ReadCertificate,
        Self::Open,
        Self::DecideAgain,
        Self::TakeBack,
        Self::FollowConcern,
        Self::HearObeyed,
    ];

    /// Name of the permission, in the access rules and in the audit log.
    #[must_use]
    pub const fn permission(self) -> &'static str {
        match self {
            Self::List => "case.list",
            Self::Read => "case.read",
            Self::Find => "case.find",
            Self::AddParticipant => "participant.add",
            Self::LeaveCase => "participant.leave",
            Self::AssignMediator => "mediator.assign",
            Self::EndMediator => "mediator.end",
            Self::AssignOfficer => "officer.assign",
            Self::EndOfficer => "officer.end",
            Self::RecordAssessment => "assessment.record",
            Self::RecordConsent => "consent.record",
            Self::DescribeMode => "mode.describe",
            Self::SayDirect => "mode.say",
            Self::Move => "case.move",
            Self::CorrectSite => "site.correct",
            Self::RecordPersonMove => "site.move",
            Self::WhoViewed => "case.access",
            Self::BreakGlass => "break-glass.open",
            Self::EndBreakGlass => "break-glass.end",
            Self::ListBreakGlass => "break-glass.list",
            Self::ReviewBreakGlass => "break-glass.review",
            Self::KeepDocument => "document.keep",
            Self::ListDocuments => "document.list",
            Self::ReadDocument => "document.read",
            Self::PlaceHold => "hold.place",
            Self::LiftHold => "hold.lift",
            Self::ListHolds => "hold.list",
            Self::ListDue => "purge.due",
            Self::OrderPurge => "purge.order",
            Self::ConfirmPurge => "purge.confirm",
            Self::ReadCertificate => "purge.certificate",
            Self::Open => "case.open",
            Self::DecideAgain => "case.decide-again",
            Self::TakeBack => "case.take-back",
            Self::FollowConcern => "concern.follow",
            Self::HearObeyed => "purge.hear",
        }
    }

    /// The actions of a consumer's messages; `None` for a consumer that this module does not know.
    #[must_use]
    pub fn heard(consumer: &str) -> Option<&'static [Self]> {
        match consumer {
            "cases-referral-screened" => Some(&[Self::Open, Self::DecideAgain, Self::TakeBack]),
            "cases-concerns" => Some(&[Self::FollowConcern]),
            "cases-purge-obeyed" | "cases-purge-notices" => Some(&[Self::HearObeyed]),
            // Grants and audit-log checkpoints concern no case.
            "cases-grants" | "cases-checkpoints" | "cases-checkpoint-answers" => Some(&[]),
            _ => None,
        }
    }
}

/// Tie of a caller to one case, or to one break-glass, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    /// The service itself, acting on a message of another service.
    Service,
    /// A supervisor or the National Manager [IM1c].
    Unit,
    /// A live line in the access list. Of a break-glass: it is the caller's own.
    Line(Line),
    /// None: to them the case does not exist.
    Stranger,
}

impl Tie {
    pub const ALL: [Self; 6] =
        [Self::Service, Self::Unit, Self::Line(Line::Officer), Self::Line(Line::Mediator), Self::Line(Line::Glass), Self::Stranger];

    /// Name in the table of decisions.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Unit => "unit",
            Self::Line(line) => line.code(),
            Self::Stranger => "stranger",
        }
    }
}

/// Outcome of the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Allowed,
    /// The same answer as for what does not exist [R3c].
    Hidden,
    Refused(Refusal),
}

/// Decides. The stage is that of the case, where the case was found.
#[must_use]
pub fn decide(tie: Tie, verb: Verb, stage: Option<Stage>) -> Decision {
    match by_tie(tie, verb) {
        Decision::Allowed => by_stage(verb, stage),
        other => other,
    }
}

/// The decision as a result for use cases.
///
/// # Errors
/// Not found where it is hidden, or the refusal.
pub fn allowed(tie: Tie, verb: Verb, stage: Option<Stage>) -> Result<()> {
    match decide(tie, verb, stage) {
        Decision::Allowed => Ok(()),
        Decision::Hidden => Err(Error::NotFound),
        Decision::Refused(refusal) => Err(refusal.into()),
    }
}

fn by_tie(tie: Tie, verb: Verb) -> Decision {
    use Decision::{Allowed, Hidden, Refused};
    use Line::{Glass, Mediator, Officer};
    match verb {
        Verb::Open | Verb::DecideAgain | Verb::TakeBack | Verb::FollowConcern | Verb::HearObeyed => match tie {
            Tie::Service => Allowed,
            Tie::Unit | Tie::Line(_) | Tie::Stranger => Hidden,
        },
        Verb::List | Verb::Read | Verb::Find | Verb::ListDocuments | Verb::ReadDocument => match tie {
            Tie::Unit | Tie::Line(_) => Allowed,
            Tie::Service | Tie::Stranger => Hidden,
        },
        Verb::AddParticipant
        | Verb::LeaveCase
        | Verb::RecordAssessment
        | Verb::RecordConsent
        | Verb::DescribeMode
        | Verb::Move
        | Verb::RecordPersonMove
        | Verb::KeepDocument => match tie {
            Tie::Unit | Tie::Line(Officer | Mediator) => Allowed,
            Tie::Line(Glass) => Refused(read_only()),
            Tie::Service | Tie::Stranger => Hidden,
        },
        Verb::AssignMediator | Verb::EndMediator | Verb::SayDirect | Verb::CorrectSite => match tie {
            Tie::Unit | Tie::Line(Officer) => Allowed,
            Tie::Line(Mediator) => Refused(not_your_part()),
            Tie::Line(Glass) => Refused(read_only()),
            Tie::Service | Tie::Stranger => Hidden,
        },
        Verb::AssignOfficer
        | Verb::EndOfficer
        | Verb::WhoViewed
        | Verb::PlaceHold
        | Verb::LiftHold
        | Verb::ListHolds
        | Verb::ListDue
        | Verb::OrderPurge
        | Verb::ConfirmPurge
        | Verb::ReadCertificate => match tie {
            Tie::Unit => Allowed,
            Tie::Line(Officer | Mediator) => Refused(not_your_part()),
            Tie::Line(Glass) => Refused(read_only()),
            Tie::Service | Tie::Stranger => Hidden,
        },
        // The only access without a tie; with a tie there is no need for it.
        Verb::BreakGlass => match tie {
            Tie::Stranger | Tie::Line(Glass) => Allowed,
            Tie::Unit | Tie::Line(Officer | Mediator) => Refused(not_needed()),
            Tie::Service => Hidden,
        },
        Verb::EndBreakGlass => match tie {
            Tie::Unit | Tie::Line(Glass) => Allowed,
            Tie::Service | Tie::Line(Officer | Mediator) | Tie::Stranger => Hidden,
        },
        Verb::ListBreakGlass => match tie {
            Tie::Unit => Allowed,
            Tie::Service | Tie::Line(_) | Tie::Stranger => Hidden,
        },
        Verb::ReviewBreakGlass => match tie {
            Tie::Unit => Allowed,
            Tie::Line(Glass) => Refused(own_break_glass()),
            Tie::Service | Tie::Line(Officer | Mediator) | Tie::Stranger => Hidden,
        },
    }
}

fn by_stage(verb: Verb, stage: Option<Stage>) -> Decision {
    match (verb, stage) {
        (Verb::AddParticipant | Verb::AssignMediator | Verb::DescribeMode | Verb::KeepDocument, Some(Stage::Closed)) => {
            Decision::Refused(case_closed())
        }
        // A new participant has not consented yet: mediation waits for them [L26.1-2].
        (Verb::AddParticipant, Some(Stage::Mediation)) => Decision::Refused(mediation_under_way()),
        _ => Decision::Allowed,
    }
}

fn read_only() -> Refusal {
    Refusal::denied(
        "read-only-access",
        "R3c",
        "you opened this case by break-glass: you may read it, and change nothing; if someone is at risk, raise a concern directly",
        "vous avez ouvert ce dossier en bris de glace : vous pouvez le lire, sans rien y changer; si quelqu'un est en danger, signalez la \
         préoccupation directement",
    )
}

fn not_your_part() -> Refusal {
    Refusal::denied(
        "not-your-part",
        "R3c",
        "this is done by whoever answers for the case: its officer, or a supervisor",
        "cela revient à la personne responsable du dossier : son agent ou un superviseur",
    )
}

fn not_needed() -> Refusal {
    Refusal::precondition(
        "break-glass-not-needed",
        "R3c",
        "you may know of this case already: open it as usual",
        "vous avez déjà accès à ce dossier : ouvrez-le comme d'habitude",
    )
}

fn own_break_glass() -> Refusal {
    Refusal::denied(
        "own-break-glass",
        "IM1a",
        "nobody reviews their own break-glass: another supervisor must",
        "personne ne révise son propre bris de glace : un autre superviseur doit le faire",
    )
}

/// The refusal for a closed case: nothing new happens on it until it is re-opened [R3a].
fn case_closed() -> Refusal {
    Refusal::precondition("case-closed", "R3a", "the case is closed: re-open it first", "le dossier est clos : rouvrez-le d'abord")
}

fn mediation_under_way() -> Refusal {
    Refusal::precondition(
        "mediation-under-way",
        "L26.1-2",
        "mediation is under way: pause the case first, so that whoever joins can consent",
        "la médiation est en cours : mettez d'abord le dossier en pause, pour que la personne qui s'y joint puisse consentir",
    )
}
