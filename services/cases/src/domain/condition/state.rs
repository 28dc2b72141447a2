//! States of a condition, and what may be done to it in each [R8d, L133-7].

use base::Refusal;
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::{Date, Duration};

use crate::error;

/// Where a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum State {
    Recorded,
    /// The staff member who drafts it was advised of the exception [GL2c/2d].
    Advised,
    /// It was amended and has the exception words.
    Amended,
    Ended,
}

impl State {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// Whether contact is no longer forbidden by it, whatever its words were.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Amended | Self::Ended)
    }
}

/// What is done to a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Act {
    /// The staff member who drafts it is advised.
    Advise,
    /// A victim was informed.
    Inform,
    Amend,
    /// The authority removed it.
    Remove,
    /// Its time is over, or it was recorded by mistake.
    Close,
}

impl Act {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in the table of states.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// Whether the victims are informed before it [CCRA 133(7)].
    #[must_use]
    pub const fn needs_informing(self) -> bool {
        matches!(self, Self::Amend | Self::Remove)
    }
}

/// State after an act. `informed`: every victim was informed, or why not is recorded with it.
///
/// # Errors
/// Refuses what the state does not allow, and a change before the victim was informed [L133-7].
pub fn after(state: State, act: Act, informed: bool) -> Result<State, Refusal> {
    let next = match (state, act) {
        (State::Ended, _) => return Err(error::condition_ended()),
        (State::Amended, Act::Advise | Act::Amend) => return Err(error::condition_amended()),
        (State::Recorded | State::Advised, Act::Advise) => State::Advised,
        (unchanged, Act::Inform) => unchanged,
        (State::Recorded | State::Advised, Act::Amend) => State::Amended,
        (State::Recorded | State::Advised | State::Amended, Act::Remove | Act::Close) => State::Ended,
    };
    if act.needs_informing() && !informed { Err(error::victim_not_informed()) } else { Ok(next) }
}

/// Days in which a condition counts. They are days in the whole country: it begins where the day begins first, and ends where it ends last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// `None`: it is in force already.
    pub since: Option<Date>,
    /// `None`: it has no last day.
    pub until: Option<Date>,
}

impl Days {
    /// Whether it counts on this day, in UTC.
    #[must_use]
    pub fn count_on(self, today: Date) -> bool {
        let has_begun = self.since.is_none_or(|first| first <= today);
        let is_over = self.until.is_some_and(|last| last.saturating_add(Duration::DAY) < today);
        has_begun && !is_over
    }
}

/// Whether a condition forbids contact on this day, in UTC: it is in force, and nobody stated that it has the exception words [R8d].
#[must_use]
pub fn forbids(state: State, has_exception_words: bool, days: Days, today: Date) -> bool {
    !state.is_settled() && !has_exception_words && days.count_on(today)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    // [L133-7]
    #[test]
    fn amended_is_reached_by_one_act_only_and_never_before_the_victim_was_informed() {
        for &state in State::ALL {
            for &act in Act::ALL {
                if state != State::Amended && after(state, act, true) == Ok(State::Amended) {
                    assert_eq!(act, Act::Amend);
                }
                let uninformed = after(state, act, false);
                assert!(state == State::Amended || uninformed != Ok(State::Amended), "{state:?} {act:?}");
                if act.needs_informing() {
                    assert!(uninformed.is_err(), "{state:?} {act:?}");
                }
            }
        }
        assert_eq!(after(State::Advised, Act::Amend, false).unwrap_err().reason, "victim-not-informed");
    }

    #[test]
    fn nothing_is_done_to_a_condition_that_is_over() {
        for &act in Act::ALL {
            assert_eq!(after(State::Ended, act, true).unwrap_err().reason, "condition-ended", "{act:?}");
        }
    }

    // [R8d]
    #[test]
    fn a_condition_forbids_contact_from_its_first_day_to_its_last_wherever_in_the_country() {
        let days = Days { since: Some(date!(2026 - 03 - 02)), until: Some(date!(2026 - 03 - 09)) };
        for (today, counts) in [
            (date!(2026 - 03 - 01), false),
            (date!(2026 - 03 - 02), true),
            (date!(2026 - 03 - 09), true),
            // The evening of the last day in the west is the next day in UTC.
            (date!(2026 - 03 - 10), true),
            (date!(2026 - 03 - 11), false),
        ] {
            assert_eq!(forbids(State::Recorded, false, days, today), counts, "{today}");
            assert!(!forbids(State::Recorded, true, days, today), "{today}");
        }
        let always = Days { since: None, until: None };
        for &state in State::ALL {
            assert_eq!(forbids(state, false, always, date!(2026 - 03 - 02)), !state.is_settled(), "{state:?}");
        }
    }
}
