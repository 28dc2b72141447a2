//! State machine of an item: which step leads from which state to which, as a table [R4b].

use base::Refusal;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::error;

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum State {
    /// Registered, held, and not read by anybody yet.
    Received,
    InReview,
    /// Given back to its sender with advice; what they write then is an item of its own.
    Returned,
    Withheld,
    /// May be delivered, while the gate stays open.
    Released,
    Delivered,
    /// The person it was for has said that they received it.
    Acknowledged,
    /// The person it was for does not want it.
    Declined,
    /// Its sender took it back.
    TakenBack,
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
            Self::Received => ("received", "reçu"),
            Self::InReview => ("in review", "à l'examen"),
            Self::Returned => ("returned to its sender", "rendu à son expéditeur"),
            Self::Withheld => ("withheld", "retenu"),
            Self::Released => ("released", "mis en circulation"),
            Self::Delivered => ("delivered", "remis"),
            Self::Acknowledged => ("acknowledged", "dont la réception est confirmée"),
            Self::Declined => ("declined", "refusé par son destinataire"),
            Self::TakenBack => ("taken back", "repris par son expéditeur"),
        }
    }
}

/// What is done with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Step {
    Review,
    Release,
    Return,
    Withhold,
    Deliver,
    Acknowledge,
    Decline,
    TakeBack,
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
            Self::Review => State::InReview,
            Self::Release => State::Released,
            Self::Return => State::Returned,
            Self::Withhold => State::Withheld,
            Self::Deliver => State::Delivered,
            Self::Acknowledge => State::Acknowledged,
            Self::Decline => State::Declined,
            Self::TakeBack => State::TakenBack,
        }
    }

    /// How it reads in a sentence after "cannot be", in English and in French.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Review => ("reviewed", "examiné"),
            Self::Release => ("released", "mis en circulation"),
            Self::Return => ("returned", "rendu à son expéditeur"),
            Self::Withhold => ("withheld", "retenu"),
            Self::Deliver => ("delivered", "remis"),
            Self::Acknowledge => ("acknowledged", "confirmé comme reçu"),
            Self::Decline => ("declined", "refusé"),
            Self::TakeBack => ("taken back", "repris"),
        }
    }

    /// Whether it brings the item to somebody, or nearer to them: the gate is asked.
    #[must_use]
    pub const fn passes_on(self) -> bool {
        matches!(self, Self::Release | Self::Deliver)
    }
}

/// The steps that a state has. What was delivered stays delivered; what was released can be stopped until then.
#[must_use]
pub const fn steps(from: State) -> &'static [Step] {
    match from {
        State::Received => &[Step::Review, Step::TakeBack],
        State::InReview => &[Step::Release, Step::Return, Step::Withhold, Step::TakeBack],
        State::Released => &[Step::Deliver, Step::Withhold, Step::Decline, Step::TakeBack],
        // A new review may find otherwise.
        State::Withheld => &[Step::Review, Step::TakeBack],
        // Whoever did not want it may ask for it after all.
        State::Declined => &[Step::Release, Step::TakeBack],
        State::Delivered => &[Step::Acknowledge],
        State::Returned | State::Acknowledged | State::TakenBack => &[],
    }
}

/// Outcome of a step that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    To(State),
    /// It was taken before: nothing is written.
    Already,
}

/// Decides a step.
///
/// # Errors
/// Refused with the steps that there are.
pub fn decide(from: State, step: Step) -> Result<Outcome, Refusal> {
    if from == step.leads_to() {
        return Ok(Outcome::Already);
    }
    if steps(from).contains(&step) { Ok(Outcome::To(step.leads_to())) } else { Err(error::no_such_step(from.words(), step.words())) }
}
