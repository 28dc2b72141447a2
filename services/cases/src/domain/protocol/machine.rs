//! States of a version of the protocols, and what may be done to it in each [R1].

use base::Refusal;
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::OffsetDateTime;

use crate::error;

/// Where a version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum State {
    Draft,
    /// It waits for approval.
    Submitted,
    /// It came back with a reason.
    Returned,
    /// Its moment has not come.
    Approved,
    InForce,
    /// A later version took its place.
    Superseded,
}

impl State {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// State at a moment, of one that is stored as this: an approved version comes into force, and is superseded, by the clock alone.
    #[must_use]
    pub fn at(self, effective: Option<OffsetDateTime>, superseded: Option<OffsetDateTime>, now: OffsetDateTime) -> Self {
        let has_come = |moment: Option<OffsetDateTime>| moment.is_some_and(|moment| moment <= now);
        match self {
            Self::Approved if has_come(superseded) => Self::Superseded,
            Self::Approved if has_come(effective) => Self::InForce,
            other => other,
        }
    }
}

/// What is done to a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Command {
    /// Begins it, or changes its title, its day or a part.
    Draft,
    Submit,
    Approve,
    Return,
}

impl Command {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// Whether somebody who took it may not approve the version.
    #[must_use]
    pub const fn is_drafting(self) -> bool {
        matches!(self, Self::Draft | Self::Submit)
    }
}

/// State after a command.
///
/// # Errors
/// Refuses what the state does not allow.
pub fn next(state: State, command: Command) -> Result<State, Refusal> {
    use State::{Approved, Draft, InForce, Returned, Submitted, Superseded};
    match (state, command) {
        (Draft | Returned, Command::Draft) => Ok(Draft),
        (Draft | Returned | Submitted, Command::Submit) => Ok(Submitted),
        (Submitted | Approved, Command::Approve) => Ok(Approved),
        (Submitted | Approved | Returned, Command::Return) => Ok(Returned),
        (Submitted, Command::Draft) => Err(error::protocol_waits()),
        (Draft, Command::Approve | Command::Return) | (Returned, Command::Approve) => Err(error::protocol_not_submitted()),
        (Approved | InForce | Superseded, Command::Draft | Command::Submit) => Err(error::protocol_decided()),
        (InForce | Superseded, Command::Approve | Command::Return) => Err(error::protocol_took_effect()),
    }
}

/// That a second person approves: nobody who drafted or submitted the version does [R1].
///
/// # Errors
/// The approver is one of them.
pub fn second_person(drafters: &[String], approver: &str) -> Result<(), Refusal> {
    if drafters.iter().any(|drafter| drafter == approver) { Err(error::protocol_own_draft()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_approved_version_comes_into_force_and_is_superseded_by_the_clock() {
        let (effective, superseded) = (Some(datetime!(2026-03-02 05:00 UTC)), Some(datetime!(2026-04-01 04:00 UTC)));
        for (now, state) in [
            (datetime!(2026-03-02 04:59:59 UTC), State::Approved),
            (datetime!(2026-03-02 05:00 UTC), State::InForce),
            (datetime!(2026-04-01 03:59:59 UTC), State::InForce),
            (datetime!(2026-04-01 04:00 UTC), State::Superseded),
        ] {
            assert_eq!(State::Approved.at(effective, superseded, now), state, "{now}");
        }
        for &state in State::ALL.iter().filter(|state| **state != State::Approved) {
            assert_eq!(state.at(effective, superseded, datetime!(2027-01-01 00:00 UTC)), state);
        }
    }

    // [R1]
    #[test]
    fn nobody_approves_what_they_drafted_or_submitted() {
        let drafters = ["one".to_owned(), "two".to_owned()];
        assert!(second_person(&drafters, "three").is_ok());
        assert_eq!(second_person(&drafters, "two").map_err(|refusal| refusal.reason), Err("protocol-own-draft"));
        let drafting: Vec<Command> = Command::ALL.iter().copied().filter(|command| command.is_drafting()).collect();
        assert_eq!(drafting, [Command::Draft, Command::Submit]);
    }

    #[test]
    fn nothing_is_done_to_a_version_that_took_effect() {
        for &state in &[State::InForce, State::Superseded] {
            for &command in Command::ALL {
                assert!(next(state, command).is_err(), "{state:?} {command:?}");
            }
        }
    }
}
