//! State machine of an engagement, as a table, and the days that each kind of engagement allows [D-mediator].

use base::Refusal;
use proto::id::Region;
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::Date;

use crate::{domain::calendar, error};

/// Months of a casual engagement, and of each renewal: they are renewed annually.
pub const CASUAL_MONTHS: i32 = 12;
/// The same for a service contract: longer than any that is made, so that a typing error is found.
const CONTRACT_MONTHS: i32 = 120;

/// Kind of engagement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Kind {
    Casual,
    /// By the service contract of the Pacific region.
    Contract,
}

impl Kind {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    const fn months(self) -> i32 {
        match self {
            Self::Casual => CASUAL_MONTHS,
            Self::Contract => CONTRACT_MONTHS,
        }
    }
}

/// Why an engagement ended before its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum End {
    OwnWish,
    NotRenewed,
    ContractEnded,
    ByTheProgramme,
}

impl End {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// Where an entry of the registry stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum State {
    /// There is no entry.
    Unknown,
    Engaged,
    Renewed,
    /// The last day has passed.
    Over,
    /// Ended before its last day.
    Ended,
}

impl State {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in the table.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// Whether cases can be given, as far as the engagement goes.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Engaged | Self::Renewed)
    }
}

/// What is done to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Command {
    Engage,
    /// Whoever was engaged before is engaged again, and this is said.
    EngageAgain,
    Renew,
    End,
    Amend,
    Train,
    RecordConflict,
    LiftConflict,
}

impl Command {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
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
    use Command::{Amend, End, Engage, EngageAgain, LiftConflict, RecordConflict, Renew, Train};
    match (state, command) {
        (State::Unknown, Engage | EngageAgain) | (State::Over | State::Ended, EngageAgain) => Ok(State::Engaged),
        (State::Unknown, _) => Err(error::mediator_not_registered()),
        (State::Engaged | State::Renewed, Engage | EngageAgain) => Err(error::engaged_already()),
        (State::Over | State::Ended, Engage) => Err(error::engaged_before()),
        (State::Engaged | State::Renewed, Renew) => Ok(State::Renewed),
        (State::Over, Renew) => Err(error::engagement_over()),
        (State::Ended, Renew | Amend) => Err(error::engagement_ended()),
        (_, End) => Ok(State::Ended),
        // What somebody learned, and with whom they have a conflict, is true whether they are engaged or not.
        (_, Amend | Train | RecordConflict | LiftConflict) => Ok(state),
    }
}

/// Checks that this kind of engagement is that of the region: casual, and by service contract in the Pacific region alone.
///
/// # Errors
/// The other kind.
pub fn of_region(kind: Kind, region: Region) -> Result<(), Refusal> {
    if (kind == Kind::Contract) == (region == Region::Pacific) { Ok(()) } else { Err(error::engagement_not_of_region()) }
}

/// The last day of a new engagement; a casual one lasts a year where none is given.
///
/// # Errors
/// No day is given for a contract; it lies before the first day or today; or it is longer than the kind allows.
pub fn term(kind: Kind, first: Date, last: Option<Date>, today: Date) -> Result<Date, Refusal> {
    let longest = longest(kind, first)?;
    let last = chosen(kind, last, longest)?;
    if last < first {
        return Err(error::engagement_ends_first());
    }
    if last < today {
        return Err(error::engagement_over_already());
    }
    within(kind, last, longest)
}

/// The new last day of a renewed engagement; a casual one is renewed by a year where none is given.
///
/// # Errors
/// No day is given for a contract, it is no later than the one that stands, or later than the kind allows.
pub fn renewal(kind: Kind, stands: Date, last: Option<Date>) -> Result<Date, Refusal> {
    let longest = calendar::later(stands, kind.months()).ok_or_else(error::day_impossible)?;
    let last = chosen(kind, last, longest)?;
    if last <= stands {
        return Err(error::renewal_not_later());
    }
    within(kind, last, longest)
}

/// The last day of the longest engagement: the day before the same day of the calendar.
fn longest(kind: Kind, first: Date) -> Result<Date, Refusal> {
    calendar::later(first, kind.months()).and_then(Date::previous_day).ok_or_else(error::day_impossible)
}

fn chosen(kind: Kind, last: Option<Date>, longest: Date) -> Result<Date, Refusal> {
    match (kind, last) {
        (_, Some(last)) => Ok(last),
        (Kind::Casual, None) => Ok(longest),
        (Kind::Contract, None) => Err(error::contract_end_missing()),
    }
}

fn within(kind: Kind, last: Date, longest: Date) -> Result<Date, Refusal> {
    if last > longest { Err(error::engagement_too_long(kind.months())) } else { Ok(last) }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    const TODAY: Date = date!(2026 - 03 - 02);

    // [D-mediator]
    #[test]
    fn a_casual_mediator_is_engaged_and_renewed_for_a_year_at_most() {
        assert_eq!(term(Kind::Casual, TODAY, None, TODAY).unwrap(), date!(2027 - 03 - 01));
        assert_eq!(term(Kind::Casual, TODAY, Some(date!(2026 - 03 - 02)), TODAY).unwrap(), TODAY);
        assert_eq!(term(Kind::Casual, TODAY, Some(date!(2027 - 03 - 02)), TODAY).unwrap_err().reason, "engagement-too-long");
        assert_eq!(renewal(Kind::Casual, TODAY, None).unwrap(), date!(2027 - 03 - 02));
        assert_eq!(renewal(Kind::Casual, TODAY, Some(TODAY)).unwrap_err().reason, "renewal-not-later");
        assert_eq!(renewal(Kind::Casual, TODAY, Some(date!(2027 - 03 - 03))).unwrap_err().reason, "engagement-too-long");
    }

    #[test]
    fn an_engagement_does_not_end_before_it_begins_nor_before_it_is_entered() {
        let yesterday = date!(2026 - 03 - 01);
        assert_eq!(term(Kind::Casual, TODAY, Some(yesterday), TODAY).unwrap_err().reason, "engagement-ends-first");
        assert_eq!(term(Kind::Casual, date!(2026 - 01 - 01), Some(yesterday), TODAY).unwrap_err().reason, "engagement-over-already");
    }

    // [D-mediator]
    #[test]
    fn a_contract_has_an_end_and_is_of_the_pacific_region_alone() {
        assert_eq!(term(Kind::Contract, TODAY, None, TODAY).unwrap_err().reason, "contract-end-missing");
        assert_eq!(term(Kind::Contract, TODAY, Some(date!(2029 - 03 - 31)), TODAY).unwrap(), date!(2029 - 03 - 31));
        assert_eq!(renewal(Kind::Contract, TODAY, None).unwrap_err().reason, "contract-end-missing");
        for &region in Region::ALL {
            let right = if region == Region::Pacific { Kind::Contract } else { Kind::Casual };
            for &kind in Kind::ALL {
                assert_eq!(of_region(kind, region).is_ok(), kind == right, "{kind:?} {region:?}");
            }
        }
    }
}
