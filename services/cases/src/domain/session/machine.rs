//! State machine of a session: which step leads from which state to which, as a table [R4b].

use base::Refusal;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::error;

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum State {
    Planned,
    /// It takes place, while the gate stays open.
    Confirmed,
    UnderWay,
    /// It is over, with an outcome; debriefs and follow-ups come after it.
    Held,
    /// Nothing more is to be done after it.
    Done,
    Cancelled,
}

impl State {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// How it reads in a sentence, in English and in French.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Planned => ("planned", "planifiée"),
            Self::Confirmed => ("confirmed", "confirmée"),
            Self::UnderWay => ("under way", "en cours"),
            Self::Held => ("held", "tenue"),
            Self::Done => ("done with", "terminée"),
            Self::Cancelled => ("cancelled", "annulée"),
        }
    }
}

/// What is done with a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Step {
    Confirm,
    Cancel,
    Begin,
    End,
    /// With one side, after it was held; as many as are wanted.
    Debrief,
    /// As many as are wanted.
    FollowUp,
    Finish,
}

impl Step {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// The state that it leads to, from wherever it may be taken.
    #[must_use]
    pub const fn leads_to(self) -> State {
        match self {
            Self::Confirm => State::Confirmed,
            Self::Cancel => State::Cancelled,
            Self::Begin => State::UnderWay,
            Self::End | Self::Debrief | Self::FollowUp => State::Held,
            Self::Finish => State::Done,
        }
    }

    /// How it reads in a sentence after "cannot be", in English and in French.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Confirm => ("confirmed", "confirmée"),
            Self::Cancel => ("cancelled", "annulée"),
            Self::Begin => ("begun", "commencée"),
            Self::End => ("ended", "close"),
            Self::Debrief => ("debriefed", "suivie d'un bilan"),
            Self::FollowUp => ("followed up", "suivie"),
            Self::Finish => ("finished with", "terminée"),
        }
    }

    /// Whether it brings the parties together, or nearer to it: the gate is asked.
    #[must_use]
    pub const fn asks_the_gate(self) -> bool {
        matches!(self, Self::Confirm | Self::Begin)
    }

    /// Whether it may be taken again and again.
    const fn is_repeated(self) -> bool {
        matches!(self, Self::Debrief | Self::FollowUp)
    }
}

/// The steps that a state has. What is under way can always be ended, whatever the gate says.
#[must_use]
pub const fn steps(from: State) -> &'static [Step] {
    match from {
        State::Planned => &[Step::Confirm, Step::Cancel],
        State::Confirmed => &[Step::Begin, Step::Cancel],
        State::UnderWay => &[Step::End],
        State::Held => &[Step::Debrief, Step::FollowUp, Step::Finish],
        State::Done | State::Cancelled => &[],
    }
}

/// Outcome of a step that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    To(State),
    /// It was taken before: nothing is written.
    Already,
}

/// Decides a step.
///
/// # Errors
/// Refused with the state and the step in words.
pub fn decide(from: State, step: Step) -> Result<Decided, Refusal> {
    if from == step.leads_to() && !step.is_repeated() {
        return Ok(Decided::Already);
    }
    if steps(from).contains(&step) {
        Ok(Decided::To(step.leads_to()))
    } else {
        Err(error::no_such_session_step(from.words(), step.words()))
    }
}
