//! The authorization decision: who may do what to a case, from their tie to it. A pure function with every rule and its clause.
//!
//! The gRPC server has checked the role, independent of any case; the store answers what ties the caller to the case at this moment. The
//! decision is made only here; `tests/it/snapshots/decisions.txt` is the whole table.

use base::{Error, Refusal, Result};

use crate::{
    domain::{access::scope::Line, case::stage::Stage},
    error,
};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// An action: one per RPC, and one per effect of a bus message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(const_into_str)]
pub enum Verb {
    #[strum(serialize = "case.list")]
    List,
    #[strum(serialize = "case.read")]
    Read,
    /// The case as it was known at a moment.
    #[strum(serialize = "case.replay")]
    Replay,
    #[strum(serialize = "case.find")]
    Find,
    #[strum(serialize = "participant.add")]
    AddParticipant,
    #[strum(serialize = "participant.leave")]
    LeaveCase,
    #[strum(serialize = "mediator.assign")]
    AssignMediator,
    #[strum(serialize = "mediator.end")]
    EndMediator,
    #[strum(serialize = "mediator.match")]
    MatchMediators,
    #[strum(serialize = "officer.assign")]
    AssignOfficer,
    #[strum(serialize = "officer.end")]
    EndOfficer,
    #[strum(serialize = "assessment.record")]
    RecordAssessment,
    #[strum(serialize = "consent.record")]
    RecordConsent,
    #[strum(serialize = "mode.describe")]
    DescribeMode,
    #[strum(serialize = "mode.say")]
    SayDirect,
    #[strum(serialize = "case.move")]
    Move,
    /// The file had the wrong site for the person.
    #[strum(serialize = "site.correct")]
    CorrectSite,
    /// The person is at another site from a day on [TRAP-2].
    #[strum(serialize = "site.move")]
    RecordPersonMove,
    #[strum(serialize = "case.access")]
    WhoViewed,
    #[strum(serialize = "break-glass.open")]
    BreakGlass,
    #[strum(serialize = "break-glass.end")]
    EndBreakGlass,
    #[strum(serialize = "break-glass.list")]
    ListBreakGlass,
    #[strum(serialize = "break-glass.review")]
    ReviewBreakGlass,
    #[strum(serialize = "condition.record")]
    RecordCondition,
    /// No order or condition forbids contact [R7a].
    #[strum(serialize = "condition.none")]
    StateNoCondition,
    #[strum(serialize = "condition.list")]
    ListConditions,
    #[strum(serialize = "condition.advise")]
    AdviseDrafter,
    #[strum(serialize = "condition.inform")]
    RecordVictimInformed,
    #[strum(serialize = "condition.amend")]
    AmendCondition,
    #[strum(serialize = "condition.end")]
    EndCondition,
    /// The words of the exception, which are about no case [GL2c/2d].
    #[strum(serialize = "condition.wording")]
    ReadWording,
    #[strum(serialize = "advice.list")]
    ListAdvice,
    #[strum(serialize = "advice.read")]
    ReadAdvice,
    #[strum(serialize = "disclosure.list")]
    ListDisclosures,
    #[strum(serialize = "document.keep")]
    KeepDocument,
    #[strum(serialize = "document.list")]
    ListDocuments,
    #[strum(serialize = "document.read")]
    ReadDocument,
    #[strum(serialize = "item.register")]
    RegisterItem,
    /// Review, release, delivery, or an end of it.
    #[strum(serialize = "item.step")]
    StepItem,
    #[strum(serialize = "item.list")]
    ListItems,
    /// Reading of an offender in OMS.
    #[strum(serialize = "extract.pull")]
    PullExtract,
    #[strum(serialize = "extract.list")]
    ListExtracts,
    #[strum(serialize = "session.plan")]
    PlanSession,
    /// Confirmation, beginning, end, and what comes after it.
    #[strum(serialize = "session.step")]
    StepSession,
    #[strum(serialize = "session.list")]
    ListSessions,
    /// What is due, of one case or of several [R3a].
    #[strum(serialize = "due.list")]
    ListDueThings,
    /// How much each person has, in numbers.
    #[strum(serialize = "due.workload")]
    GetWorkload,
    #[strum(serialize = "review.list")]
    ListReviews,
    #[strum(serialize = "review.finish")]
    FinishReview,
    #[strum(serialize = "review.sign-off")]
    SignOffReview,
    #[strum(serialize = "entry.ask")]
    AskEntry,
    /// A cancellation, a use, or representations.
    #[strum(serialize = "entry.step")]
    StepEntry,
    #[strum(serialize = "entry.list")]
    ListEntries,
    /// The entries to the sites that somebody answers for [R2a].
    #[strum(serialize = "entry.list-site")]
    ListSiteEntries,
    #[strum(serialize = "entry.decide")]
    DecideEntry,
    #[strum(serialize = "entry.manifest")]
    HandOutManifest,
    #[strum(serialize = "curfew.record")]
    RecordCurfew,
    #[strum(serialize = "curfew.end")]
    EndCurfew,
    #[strum(serialize = "request.ask")]
    AskRequest,
    #[strum(serialize = "request.withdraw")]
    WithdrawRequest,
    #[strum(serialize = "request.list")]
    ListRequests,
    /// The requests that are addressed to somebody, or to an office of theirs [R8b].
    #[strum(serialize = "request.list-addressed")]
    ListAddressedRequests,
    #[strum(serialize = "request.answer")]
    AnswerRequest,
    #[strum(serialize = "request.decline")]
    DeclineRequest,
    /// Information was disclosed to a victim under CCRA s. 26.
    #[strum(serialize = "victim.tell")]
    RecordDisclosureToVictim,
    /// The steps of the case, each with the version of the protocols that governed it [R1].
    #[strum(serialize = "step.list")]
    ListSteps,
    #[strum(serialize = "hold.place")]
    PlaceHold,
    #[strum(serialize = "hold.lift")]
    LiftHold,
    #[strum(serialize = "hold.list")]
    ListHolds,
    /// The cases whose retention is over [LPR4].
    #[strum(serialize = "purge.due")]
    ListDue,
    #[strum(serialize = "purge.order")]
    OrderPurge,
    #[strum(serialize = "purge.confirm")]
    ConfirmPurge,
    /// The certificate of a purged case.
    #[strum(serialize = "purge.certificate")]
    ReadCertificate,
    /// A screening decision opens the case.
    #[strum(serialize = "case.open")]
    Open,
    /// A newer decision changes how far the case may go.
    #[strum(serialize = "case.decide-again")]
    DecideAgain,
    /// A newer decision no longer accepts the referral.
    #[strum(serialize = "case.take-back")]
    TakeBack,
    /// A concern of the case is reported by safety.
    #[strum(serialize = "concern.follow")]
    FollowConcern,
    /// Another service reports what it destroyed of a purged case.
    #[strum(serialize = "purge.hear")]
    RecordStatement,
}

impl Verb {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Name of the permission, in the access rules and in the audit log.
    #[must_use]
    pub const fn permission(self) -> &'static str {
        self.into_str()
    }

    /// The actions of a consumer's messages; `None` for a consumer that this module does not know.
    #[must_use]
    pub fn of_consumer(consumer: &str) -> Option<&'static [Self]> {
        match consumer {
            "cases-referral-screened" => Some(&[Self::Open, Self::DecideAgain, Self::TakeBack]),
            "cases-concerns" => Some(&[Self::FollowConcern]),
            "cases-purge-obeyed" | "cases-purge-notices" => Some(&[Self::RecordStatement]),
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
    /// An advice in force or a request is addressed to them: they read it, and learn of no case [GL2c/2d, R8b].
    Addressee,
    /// The entry is to a site that they answer for: they read and decide it, and learn of no case [R2a].
    Site,
    /// None: to them the case does not exist.
    Stranger,
}

impl Tie {
    pub const ALL: [Self; 8] = [
        Self::Service,
        Self::Unit,
        Self::Line(Line::Officer),
        Self::Line(Line::Mediator),
        Self::Line(Line::BreakGlass),
        Self::Addressee,
        Self::Site,
        Self::Stranger,
    ];

    /// Name in the table of decisions.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Unit => "unit",
            Self::Line(line) => line.code(),
            Self::Addressee => "addressee",
            Self::Site => "site",
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
    match verb {
        Verb::Open | Verb::DecideAgain | Verb::TakeBack | Verb::FollowConcern | Verb::RecordStatement => by_the_service(tie),
        Verb::List
        | Verb::Read
        | Verb::Replay
        | Verb::Find
        | Verb::ListDocuments
        | Verb::ReadDocument
        | Verb::ListConditions
        | Verb::ListItems
        | Verb::ListExtracts
        | Verb::ListSessions
        | Verb::ListSteps => of_readers(tie),
        Verb::AddParticipant
        | Verb::LeaveCase
        | Verb::RecordAssessment
        | Verb::RecordConsent
        | Verb::DescribeMode
        | Verb::Move
        | Verb::RecordPersonMove
        | Verb::RecordCondition
        | Verb::KeepDocument
        | Verb::RegisterItem
        | Verb::StepItem
        | Verb::PullExtract
        | Verb::PlanSession
        | Verb::StepSession => by_who_works(tie),
        Verb::AssignMediator
        | Verb::EndMediator
        | Verb::MatchMediators
        | Verb::SayDirect
        | Verb::CorrectSite
        | Verb::StateNoCondition
        | Verb::AdviseDrafter
        | Verb::RecordVictimInformed
        | Verb::AmendCondition
        | Verb::EndCondition => by_who_answers(tie),
        Verb::AssignOfficer
        | Verb::EndOfficer
        | Verb::WhoViewed
        | Verb::PlaceHold
        | Verb::LiftHold
        | Verb::ListHolds
        | Verb::ListDue
        | Verb::OrderPurge
        | Verb::ConfirmPurge
        | Verb::ReadCertificate => by_the_unit(tie),
        Verb::ListDisclosures | Verb::ReadWording | Verb::ListAdvice | Verb::ReadAdvice => of_disclosures(tie, verb),
        Verb::ListDueThings | Verb::GetWorkload | Verb::ListReviews | Verb::FinishReview | Verb::SignOffReview => of_supervision(tie, verb),
        Verb::ListSiteEntries | Verb::DecideEntry | Verb::HandOutManifest => at_the_site(tie),
        Verb::AskEntry | Verb::StepEntry | Verb::ListEntries | Verb::RecordCurfew | Verb::EndCurfew => of_entries(tie, verb),
        Verb::AskRequest
        | Verb::WithdrawRequest
        | Verb::ListRequests
        | Verb::ListAddressedRequests
        | Verb::AnswerRequest
        | Verb::DeclineRequest
        | Verb::RecordDisclosureToVictim => of_requests(tie, verb),
        Verb::BreakGlass | Verb::EndBreakGlass | Verb::ListBreakGlass | Verb::ReviewBreakGlass => of_break_glass(tie, verb),
    }
}

/// What everybody who works on the case does.
fn by_who_works(tie: Tie) -> Decision {
    match tie {
        Tie::Unit | Tie::Line(Line::Officer | Line::Mediator) => Decision::Allowed,
        Tie::Line(Line::BreakGlass) => Decision::Refused(error::read_only_access()),
        Tie::Service | Tie::Addressee | Tie::Site | Tie::Stranger => Decision::Hidden,
    }
}

/// What supervisors and the National Manager do, and nobody else who knows of the case.
fn by_the_unit(tie: Tie) -> Decision {
    match tie {
        Tie::Unit => Decision::Allowed,
        Tie::Line(Line::Officer | Line::Mediator) => Decision::Refused(error::not_your_part()),
        Tie::Line(Line::BreakGlass) => Decision::Refused(error::read_only_access()),
        Tie::Service | Tie::Addressee | Tie::Site | Tie::Stranger => Decision::Hidden,
    }
}

/// What whoever answers for the case does, and nobody else who works on it.
fn by_who_answers(tie: Tie) -> Decision {
    match tie {
        Tie::Unit | Tie::Line(Line::Officer) => Decision::Allowed,
        Tie::Line(Line::Mediator) => Decision::Refused(error::not_your_part()),
        Tie::Line(Line::BreakGlass) => Decision::Refused(error::read_only_access()),
        Tie::Service | Tie::Addressee | Tie::Site | Tie::Stranger => Decision::Hidden,
    }
}

/// Reading the file.
const fn of_readers(tie: Tie) -> Decision {
    match tie {
        Tie::Unit | Tie::Line(_) => Decision::Allowed,
        Tie::Service | Tie::Addressee | Tie::Site | Tie::Stranger => Decision::Hidden,
    }
}

/// What only a message of another service brings about.
const fn by_the_service(tie: Tie) -> Decision {
    match tie {
        Tie::Service => Decision::Allowed,
        Tie::Unit | Tie::Line(_) | Tie::Addressee | Tie::Site | Tie::Stranger => Decision::Hidden,
    }
}

/// What leaves a file: the register is read by who answers for the case, an advice by whom it is addressed to, and the words of the
/// exception, which are about no case, by anybody whom the rules let ask.
fn of_disclosures(tie: Tie, verb: Verb) -> Decision {
    match (verb, tie) {
        (Verb::ReadWording, Tie::Unit | Tie::Line(_) | Tie::Addressee | Tie::Site | Tie::Stranger)
        | (Verb::ListAdvice | Verb::ReadAdvice, Tie::Addressee)
        | (Verb::ListDisclosures, Tie::Unit | Tie::Line(Line::Officer)) => Decision::Allowed,
        (Verb::ListDisclosures, Tie::Line(Line::Mediator | Line::BreakGlass)) => Decision::Refused(error::not_your_part()),
        _ => Decision::Hidden,
    }
}

/// What is due and the reviews are read like the case; who answers for it finishes a review, and a supervisor signs it off.
fn of_supervision(tie: Tie, verb: Verb) -> Decision {
    use Line::{BreakGlass, Mediator, Officer};
    match (verb, tie) {
        (_, Tie::Unit)
        | (Verb::ListDueThings | Verb::ListReviews, Tie::Line(_))
        | (Verb::GetWorkload | Verb::FinishReview, Tie::Line(Officer)) => Decision::Allowed,
        (_, Tie::Line(Officer | Mediator)) => Decision::Refused(error::not_your_part()),
        (_, Tie::Line(BreakGlass)) => Decision::Refused(error::read_only_access()),
        (_, Tie::Service | Tie::Addressee | Tie::Site | Tie::Stranger) => Decision::Hidden,
    }
}

/// Entries and curfews on a case: read as everything on it, and asked for and recorded by whoever works on it.
fn of_entries(tie: Tie, verb: Verb) -> Decision {
    match (verb, tie) {
        (Verb::ListEntries, Tie::Unit | Tie::Line(_)) | (_, Tie::Unit | Tie::Line(Line::Officer | Line::Mediator)) => Decision::Allowed,
        (_, Tie::Line(Line::BreakGlass)) => Decision::Refused(error::read_only_access()),
        (_, Tie::Service | Tie::Addressee | Tie::Site | Tie::Stranger) => Decision::Hidden,
    }
}

/// Requests on a case are read as everything on it, and asked by whoever works on it; the addressee reads and answers their own. Victim
/// services alone disclose to a victim.
fn of_requests(tie: Tie, verb: Verb) -> Decision {
    let is_addressees =
        matches!(verb, Verb::ListAddressedRequests | Verb::AnswerRequest | Verb::DeclineRequest | Verb::RecordDisclosureToVictim);
    match (verb, tie) {
        (_, Tie::Addressee) if is_addressees => Decision::Allowed,
        (Verb::RecordDisclosureToVictim, Tie::Unit | Tie::Line(_)) => Decision::Refused(error::victim_is_told_by_victim_services()),
        (Verb::ListRequests, Tie::Unit | Tie::Line(_)) => Decision::Allowed,
        (Verb::AskRequest | Verb::WithdrawRequest, Tie::Unit | Tie::Line(Line::Officer | Line::Mediator)) => Decision::Allowed,
        (Verb::AskRequest | Verb::WithdrawRequest, Tie::Line(Line::BreakGlass)) => Decision::Refused(error::read_only_access()),
        _ => Decision::Hidden,
    }
}

/// What whoever answers for a site reads and decides of an entry to it, and nobody else; the unit reads it on the case.
const fn at_the_site(tie: Tie) -> Decision {
    match tie {
        Tie::Site => Decision::Allowed,
        Tie::Service | Tie::Unit | Tie::Line(_) | Tie::Addressee | Tie::Stranger => Decision::Hidden,
    }
}

/// The only access without a tie; with a tie there is no need for it.
fn break_glass(tie: Tie) -> Decision {
    match tie {
        Tie::Stranger | Tie::Line(Line::BreakGlass) => Decision::Allowed,
        Tie::Unit | Tie::Line(Line::Officer | Line::Mediator) => Decision::Refused(error::break_glass_not_needed()),
        Tie::Service | Tie::Addressee | Tie::Site => Decision::Hidden,
    }
}

/// Who broke one ends it, and never reviews it; supervisors read, end and review.
fn of_break_glass(tie: Tie, verb: Verb) -> Decision {
    match tie {
        _ if verb == Verb::BreakGlass => break_glass(tie),
        Tie::Unit => Decision::Allowed,
        Tie::Line(Line::BreakGlass) if verb == Verb::EndBreakGlass => Decision::Allowed,
        Tie::Line(Line::BreakGlass) if verb == Verb::ReviewBreakGlass => Decision::Refused(error::own_break_glass()),
        Tie::Service | Tie::Line(_) | Tie::Addressee | Tie::Site | Tie::Stranger => Decision::Hidden,
    }
}

fn by_stage(verb: Verb, stage: Option<Stage>) -> Decision {
    match (verb, stage) {
        (
            Verb::AddParticipant
            | Verb::AssignMediator
            | Verb::DescribeMode
            | Verb::KeepDocument
            | Verb::AdviseDrafter
            | Verb::RegisterItem
            | Verb::PlanSession
            | Verb::PullExtract
            | Verb::AskEntry
            | Verb::AskRequest
            | Verb::RecordCurfew,
            Some(Stage::Closed),
        ) => Decision::Refused(error::case_closed()),
        // A new participant has not consented yet: mediation waits for them [L26.1-2].
        (Verb::AddParticipant, Some(Stage::Mediation)) => Decision::Refused(error::mediation_under_way()),
        _ => Decision::Allowed,
    }
}
