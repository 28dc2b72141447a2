//! Due things: their kinds, whose move each is, and the rule by which it falls due and is told [R3a, R4a, RM1a, D-mediator].

pub mod rule;

use proto::id::{CaseId, ParticipantId};
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Kind of thing that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Kind {
    /// The first assessment of a participant, or the review of the latest [R4a].
    Assessment,
    /// A consent ends [L26.1-2].
    Consent,
    /// An order or a condition ends [R8d].
    Condition,
    /// A follow-up after a session [R4b].
    FollowUp,
    /// The next review by the RJ Unit opens, on its own schedule [RM1a].
    Schedule,
    /// An open review by the RJ Unit [RM1a].
    Review,
    /// A finished review that a supervisor has to sign off [R3a].
    SignOff,
    /// The engagement of a mediator ends [D-mediator].
    Engagement,
    /// A training of a mediator expires [R3d].
    Training,
    /// An answer to a request for information; a late request climbs [R7c].
    Request,
}

impl Kind {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// Whose move it is.
    #[must_use]
    pub const fn hand(self) -> Hand {
        match self {
            Self::Assessment | Self::Consent | Self::FollowUp | Self::Training => Hand::Mediator,
            Self::Condition | Self::Schedule | Self::Review | Self::Request => Hand::Officer,
            Self::SignOff => Hand::Supervisor,
            Self::Engagement => Hand::NationalManager,
        }
    }

    /// Whether those who work on the case are told, each of them; otherwise the office is.
    #[must_use]
    pub const fn is_told_to_those_at_work(self) -> bool {
        matches!(self, Self::Assessment | Self::Consent | Self::Condition | Self::FollowUp)
    }
}

/// Whose move something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, VariantArray)]
pub enum Hand {
    Mediator,
    /// The RJ Unit, by an officer of the case.
    Officer,
    Supervisor,
    NationalManager,
}

/// What a due thing is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    pub kind: Kind,
    /// Unique among the objects of its kind.
    pub id: String,
}

impl Object {
    #[must_use]
    pub fn assessment(of: ParticipantId) -> Self {
        Self { kind: Kind::Assessment, id: of.to_string() }
    }

    /// The consent of a participant to a mode, by its code; a described one has an id of its own.
    #[must_use]
    pub fn consent(of: ParticipantId, mode: &str, described: Option<Uuid>) -> Self {
        let described = described.map(|id| format!(" {id}")).unwrap_or_default();
        Self { kind: Kind::Consent, id: format!("{of} {mode}{described}") }
    }

    #[must_use]
    pub fn condition(id: Uuid) -> Self {
        Self { kind: Kind::Condition, id: id.to_string() }
    }

    #[must_use]
    pub fn follow_up(session: Uuid) -> Self {
        Self { kind: Kind::FollowUp, id: session.to_string() }
    }

    #[must_use]
    pub fn schedule(case: CaseId) -> Self {
        Self { kind: Kind::Schedule, id: case.to_string() }
    }

    #[must_use]
    pub fn review(id: Uuid) -> Self {
        Self { kind: Kind::Review, id: id.to_string() }
    }

    #[must_use]
    pub fn sign_off(review: Uuid) -> Self {
        Self { kind: Kind::SignOff, id: review.to_string() }
    }

    #[must_use]
    pub fn engagement(mediator: &str) -> Self {
        Self { kind: Kind::Engagement, id: mediator.to_owned() }
    }

    #[must_use]
    pub fn training(mediator: &str, module: &str) -> Self {
        Self { kind: Kind::Training, id: format!("{module} {mediator}") }
    }

    #[must_use]
    pub fn request(id: Uuid) -> Self {
        Self { kind: Kind::Request, id: id.to_string() }
    }

    /// What an answer shows of it: the id of the participant, the condition, the session, the review or the request; of a training its module. The
    /// mediator stands elsewhere in it.
    #[must_use]
    pub fn shown(&self) -> &str {
        match self.kind {
            Kind::Consent | Kind::Training => self.id.split(' ').next().unwrap_or_default(),
            Kind::Engagement => "",
            _ => &self.id,
        }
    }
}

/// Whom a due thing belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    Case(CaseId),
    /// The registry's entry of a mediator.
    Mediator(String),
}

/// The first moment after a last day, in UTC.
#[must_use]
pub fn after(last_day: Date) -> OffsetDateTime {
    last_day.next_day().unwrap_or(last_day).midnight().assume_utc()
}
