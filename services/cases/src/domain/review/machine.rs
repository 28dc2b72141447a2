//! State machine of a review, as a table [RM1a, R3a].

use base::Refusal;
use strum::{IntoStaticStr, VariantArray};

use crate::error;

/// Where a review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum State {
    /// It stands in the gate.
    Open,
    /// With a finding.
    Done,
    /// A supervisor has seen the finding.
    SignedOff,
}

impl State {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in the table.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// What is done with a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Command {
    Finish,
    SignOff,
}

impl Command {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in the table.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// The state after a command.
///
/// # Errors
/// The state does not allow it.
pub fn next(state: State, command: Command) -> Result<State, Refusal> {
    match (state, command) {
        (State::Open, Command::Finish) => Ok(State::Done),
        (State::Open, Command::SignOff) => Err(error::review_not_finished()),
        (State::Done | State::SignedOff, Command::Finish) => Err(error::review_finished()),
        // Signing off again changes nothing.
        (State::Done | State::SignedOff, Command::SignOff) => Ok(State::SignedOff),
    }
}

/// Whether somebody may sign off what another, or they themselves, finished [R3a].
///
/// # Errors
/// They finished it.
pub fn another_signs(finished_by: &str, signs: &str) -> Result<(), Refusal> {
    if finished_by == signs { Err(error::review_of_ones_own()) } else { Ok(()) }
}
