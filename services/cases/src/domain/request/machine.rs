//! State machine of a request for information: which step leads from which state to which, and who takes it, as tables [R5c, R7c].

use base::Refusal;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::error;

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum State {
    Asked,
    /// Every item is answered.
    Answered,
    Declined,
    Withdrawn,
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
            Self::Asked => ("waiting for its answer", "en attente d'une réponse"),
            Self::Answered => ("answered", "répondue"),
            Self::Declined => ("declined", "refusée"),
            Self::Withdrawn => ("withdrawn", "retirée"),
        }
    }
}

/// What is done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Step {
    Ask,
    /// Some of its items; the last of them ends it.
    Answer,
    /// As a whole.
    Decline,
    Withdraw,
    /// By itself, when it is late.
    Climb,
}

impl Step {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// How it reads in a sentence after "cannot be", in English and in French.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Ask => ("asked", "présentée"),
            Self::Answer => ("answered", "répondue"),
            Self::Decline => ("declined", "refusée"),
            Self::Withdraw => ("withdrawn", "retirée"),
            Self::Climb => ("passed on", "transmise plus haut"),
        }
    }
}

/// Outcome of a step that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    To(State),
    /// It was taken before: nothing is written.
    Already,
}

/// Decides a step; `rest` says whether items wait for an answer after it. Answers to items that have theirs are told apart item by item.
///
/// # Errors
/// Refused with the state and the step in words.
pub fn decide(from: State, step: Step, rest: bool) -> Result<Decided, Refusal> {
    match (from, step) {
        (State::Asked, Step::Answer) => Ok(Decided::To(if rest { State::Asked } else { State::Answered })),
        (State::Asked, Step::Decline) => Ok(Decided::To(State::Declined)),
        (State::Asked, Step::Withdraw) => Ok(Decided::To(State::Withdrawn)),
        (State::Asked, Step::Climb) => Ok(Decided::To(State::Asked)),
        (State::Answered, Step::Answer) | (State::Declined, Step::Decline) | (State::Withdrawn, Step::Withdraw) => Ok(Decided::Already),
        _ => Err(error::no_such_request_step(from.words(), step.words())),
    }
}
