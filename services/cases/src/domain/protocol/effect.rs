//! The moment at which a version takes effect: the day that is set begins at National Headquarters, and never in the past [R1].

use base::Refusal;
use proto::zone::Zone;
use time::{Date, OffsetDateTime, Time};

use crate::{domain::calendar, error};

/// Zone of National Headquarters, in Ottawa.
const HEADQUARTERS: &str = "America/Toronto";

/// The day that a text names; `None` where it is empty.
///
/// # Errors
/// The text is no day.
pub fn day(text: &str) -> Result<Option<Date>, Refusal> {
    match text.trim() {
        "" => Ok(None),
        given => calendar::date(given).map(Some).ok_or_else(error::effective_day_malformed),
    }
}

/// The moment at which a day begins at National Headquarters.
#[must_use]
pub fn moment(day: Date) -> OffsetDateTime {
    let in_utc = day.with_time(Time::MIDNIGHT).assume_utc();
    // West of Greenwich the day begins some hours later.
    let begins = Zone::of(HEADQUARTERS).map(|zone| zone.next(0, in_utc.unix_timestamp()));
    begins.and_then(|begins| OffsetDateTime::from_unix_timestamp(begins).ok()).unwrap_or(in_utc)
}

/// The moment of a version that is submitted or approved now.
///
/// # Errors
/// No day is set, or it has begun: no version is retroactive.
pub fn ahead(day: Option<Date>, now: OffsetDateTime) -> Result<OffsetDateTime, Refusal> {
    let begins = moment(day.ok_or_else(error::effective_day_missing)?);
    if begins <= now { Err(error::protocol_retroactive()) } else { Ok(begins) }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_ottawa_in_winter_and_in_summer() {
        assert_eq!(moment(date!(2027 - 01 - 01)), datetime!(2027-01-01 05:00 UTC));
        assert_eq!(moment(date!(2027 - 07 - 01)), datetime!(2027-07-01 04:00 UTC));
    }

    // [R1]
    #[test]
    fn a_version_is_never_retroactive() {
        let day = Some(date!(2027 - 01 - 01));
        let begins = datetime!(2027-01-01 05:00 UTC);
        assert_eq!(ahead(day, begins - time::Duration::SECOND), Ok(begins));
        assert_eq!(ahead(day, begins).map_err(|refusal| refusal.reason), Err("protocol-retroactive"));
        assert_eq!(ahead(None, begins).map_err(|refusal| refusal.reason), Err("effective-day-missing"));
        assert_eq!(day_of("1 January").map_err(|refusal| refusal.reason), Err("effective-day-malformed"));
        assert_eq!(day_of(" "), Ok(None));
    }

    fn day_of(text: &str) -> Result<Option<Date>, Refusal> {
        super::day(text)
    }
}
