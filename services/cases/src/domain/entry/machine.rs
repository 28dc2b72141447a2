//! State machine of an entry: which step leads from which state to which, and who takes it, as tables [R2a, X-559].

use base::Refusal;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::error;

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum State {
    Asked,
    /// They may enter, while nothing puts it on hold.
    Approved,
    Declined,
    Used,
    /// Its time has passed.
    Lapsed,
    Cancelled,
}

impl State {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// Whether it waits for something: what changes is told, and it lapses in the end.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Approved)
    }

    /// How it reads in a sentence, in English and in French.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Asked => ("asked for", "demandée"),
            Self::Approved => ("approved", "approuvée"),
            Self::Declined => ("declined", "refusée"),
            Self::Used => ("used", "utilisée"),
            Self::Lapsed => ("lapsed", "caduque"),
            Self::Cancelled => ("cancelled", "annulée"),
        }
    }
}

/// What is done with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Step {
    Approve,
    /// Also takes an approval back: a visit can be refused or suspended [CCRR 91].
    Decline,
    /// Confirms an approval after something changed; as often as that happens.
    Confirm,
    /// What the refused person says to the refusal; as often as they like.
    Represent,
    Use,
    Cancel,
    /// By itself, when its time has passed.
    Lapse,
}

/// Who takes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum By {
    /// Whoever works on the case.
    Asker,
    /// Whoever answers for the site.
    Site,
    /// The service itself.
    Itself,
}

impl By {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Name in the table of steps.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
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
            Self::Approve | Self::Confirm => State::Approved,
            Self::Decline | Self::Represent => State::Declined,
            Self::Use => State::Used,
            Self::Cancel => State::Cancelled,
            Self::Lapse => State::Lapsed,
        }
    }

    /// Whether these may take it.
    #[must_use]
    pub const fn is_of(self, by: By) -> bool {
        match by {
            By::Asker => matches!(self, Self::Represent | Self::Use | Self::Cancel),
            By::Site => matches!(self, Self::Approve | Self::Decline | Self::Confirm | Self::Use),
            By::Itself => matches!(self, Self::Approve | Self::Lapse),
        }
    }

    /// How it reads in a sentence after "cannot be", in English and in French.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Approve => ("approved", "approuvée"),
            Self::Decline => ("declined", "refusée"),
            Self::Confirm => ("confirmed anew", "confirmée de nouveau"),
            Self::Represent => ("answered with representations", "suivie d'observations"),
            Self::Use => ("used", "utilisée"),
            Self::Cancel => ("cancelled", "annulée"),
            Self::Lapse => ("let lapse", "rendue caduque"),
        }
    }

    const fn is_repeated(self) -> bool {
        matches!(self, Self::Confirm | Self::Represent)
    }
}

/// The steps that a state has. A refusal can be changed once the representations were read; what is over stays over.
#[must_use]
pub const fn steps(from: State) -> &'static [Step] {
    match from {
        State::Asked => &[Step::Approve, Step::Decline, Step::Cancel, Step::Lapse],
        State::Approved => &[Step::Decline, Step::Confirm, Step::Use, Step::Cancel, Step::Lapse],
        State::Declined => &[Step::Approve, Step::Represent],
        State::Used | State::Lapsed | State::Cancelled => &[],
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
/// Refused with the state and the step in words, or where somebody else takes this step.
pub fn decide(from: State, step: Step, by: By) -> Result<Decided, Refusal> {
    if !step.is_of(by) {
        return Err(error::entry_step_of_others());
    }
    if from == step.leads_to() && !step.is_repeated() {
        return Ok(Decided::Already);
    }
    if steps(from).contains(&step) { Ok(Decided::To(step.leads_to())) } else { Err(error::no_such_entry_step(from.words(), step.words())) }
}
