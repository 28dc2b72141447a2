//! Curfews and times to report of an offender in the community, and whether they clash with a meeting [R7d].

use base::Refusal;
use proto::{id::ParticipantId, zone::Zone};
use strum::{EnumString, IntoStaticStr};
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    domain::{
        calendar,
        participant::{kind::Kind as Part, person::Participant},
    },
    error,
};

/// Minutes of a day.
const DAY: u16 = 24 * 60;
/// Most beginnings of a curfew in one meeting: a meeting lasts a day at most, and clocks may change in it.
const BEGINNINGS: usize = 4;

/// What binds the person in these hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Kind {
    Curfew,
    /// They must report somewhere.
    Reporting,
}

impl Kind {
    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// Hours of certain days, on the clock of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// Days on which they begin, 1 for Monday to 7 for Sunday; none: every day.
    pub weekdays: Vec<u8>,
    /// Minutes of the day; an end before the beginning is on the next day.
    pub begins: u16,
    pub ends: u16,
    pub zone: Zone,
    pub since: Date,
    pub until: Option<Date>,
}

/// A curfew as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCurfew {
    pub participant: ParticipantId,
    pub kind: Kind,
    pub hours: Hours,
}

/// A curfew of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curfew {
    pub id: Uuid,
    pub said: NewCurfew,
    pub ended_at: Option<OffsetDateTime>,
}

/// What a request says of a curfew.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub participant: &'a str,
    pub weekdays: &'a [i32],
    pub begins: &'a str,
    pub ends: &'a str,
    pub zone: &'a str,
    pub since: &'a str,
    pub until: &'a str,
}

impl NewCurfew {
    /// Checks a curfew against the file.
    ///
    /// # Errors
    /// Somebody who is no offender of the case, hours or days that are none, a zone that is not known.
    pub fn parse(kind: Kind, written: Written<'_>, everyone: &[Participant]) -> Result<Self, Refusal> {
        let of_the_case = everyone.iter().find(|one| one.id.to_string() == written.participant.trim());
        let bound = of_the_case.filter(|one| one.person.kind == Part::Offender && one.left.is_none());
        let participant = bound.ok_or_else(error::curfew_of_nobody)?.id;
        let (Some(begins), Some(ends)) = (minute(written.begins), minute(written.ends)) else { return Err(error::curfew_hours()) };
        if begins == ends {
            return Err(error::curfew_hours());
        }
        let zone = Zone::of(written.zone.trim()).ok_or_else(error::curfew_zone)?;
        let since = calendar::date(written.since.trim()).ok_or_else(error::curfew_days)?;
        let until = match written.until.trim() {
            "" => None,
            day => Some(calendar::date(day).filter(|day| *day >= since).ok_or_else(error::curfew_days)?),
        };
        let day = |day: &i32| u8::try_from(*day).ok().filter(|day| (1..=7).contains(day)).ok_or_else(error::curfew_days);
        let mut weekdays = written.weekdays.iter().map(day).collect::<Result<Vec<_>, _>>()?;
        weekdays.sort_unstable();
        weekdays.dedup();
        Ok(Self { participant, kind, hours: Hours { weekdays, begins, ends, zone, since, until } })
    }
}

impl Curfew {
    /// Whether it binds the person at any moment from one until another.
    #[must_use]
    pub fn clashes(&self, from: OffsetDateTime, until: OffsetDateTime) -> bool {
        if self.ended_at.is_some() {
            return false;
        }
        let hours = &self.said.hours;
        let next = |at: &i64| Some(hours.zone.next(hours.begins, *at)).filter(|next| next > at);
        let beginnings = std::iter::successors(next(&from.unix_timestamp()), next).take(BEGINNINGS);
        hours.bind(from.unix_timestamp()) || beginnings.take_while(|at| *at < until.unix_timestamp()).any(|at| hours.bind(at))
    }
}

impl Hours {
    /// Whether they are running at an instant, in seconds since 1970.
    fn bind(&self, at: i64) -> bool {
        let offset = Duration::seconds(i64::from(self.zone.shown(at).offset));
        let Some(there) = OffsetDateTime::from_unix_timestamp(at).ok().and_then(|at| at.checked_add(offset)) else { return false };
        let (minute, today) = (self.zone.minute_of_day(at), there.date());
        let over_midnight = self.begins > self.ends;
        let began = if over_midnight {
            if minute >= self.begins {
                Some(today)
            } else if minute < self.ends {
                today.previous_day()
            } else {
                None
            }
        } else {
            (self.begins..self.ends).contains(&minute).then_some(today)
        };
        let counts = |day: Date| {
            let on_this_day = self.weekdays.is_empty() || self.weekdays.contains(&day.weekday().number_from_monday());
            on_this_day && day >= self.since && self.until.is_none_or(|last| day <= last)
        };
        began.is_some_and(counts)
    }
}

/// `HH:MM` as a minute of the day.
#[must_use]
pub fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |text: &str, below: u16| {
        let is_plain = (1..=2).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
        text.parse().ok().filter(|n: &u16| is_plain && *n < below)
    };
    Some(number(hour, 24)? * 60 + number(minute, 60)?).filter(|minute| *minute < DAY)
}

/// The same the other way.
#[must_use]
pub fn text(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    fn curfew(weekdays: &[u8], begins: &str, ends: &str, until: Option<Date>) -> Curfew {
        let zone = Zone::of("America/Toronto").unwrap();
        let (begins, ends) = (minute(begins).unwrap(), minute(ends).unwrap());
        let hours = Hours { weekdays: weekdays.into(), begins, ends, zone, since: date!(2026 - 03 - 01), until };
        let said = NewCurfew { participant: ParticipantId::new(Uuid::from_u128(1)), kind: Kind::Curfew, hours };
        Curfew { id: Uuid::from_u128(2), said, ended_at: None }
    }

    // [R7d]
    #[test]
    fn a_curfew_binds_on_the_clock_of_its_zone_and_over_midnight() {
        let night = curfew(&[], "21:00", "06:00", None);
        for (from, until, clash) in [
            // In Toronto it is 20:00, and one minute before 21:00 the meeting is over.
            (datetime!(2026-03-03 01:00 UTC), datetime!(2026-03-03 01:59 UTC), false),
            (datetime!(2026-03-03 01:00 UTC), datetime!(2026-03-03 02:00:01 UTC), true),
            (datetime!(2026-03-03 10:30 UTC), datetime!(2026-03-03 10:40 UTC), true),
            (datetime!(2026-03-03 11:00 UTC), datetime!(2026-03-03 12:00 UTC), false),
            // Over a whole day.
            (datetime!(2026-03-03 12:00 UTC), datetime!(2026-03-04 11:59 UTC), true),
            // The night before the first day.
            (datetime!(2026-03-01 10:00 UTC), datetime!(2026-03-01 10:30 UTC), false),
        ] {
            assert_eq!(night.clashes(from, until), clash, "{from} to {until}");
        }
        let ended = Curfew { ended_at: Some(datetime!(2026-03-02 0:00 UTC)), ..night };
        assert!(!ended.clashes(datetime!(2026-03-03 10:30 UTC), datetime!(2026-03-03 10:40 UTC)));
    }

    #[test]
    fn it_binds_on_its_days_alone_and_the_last_night_ends_the_next_morning() {
        let reporting = curfew(&[1, 3], "09:00", "10:00", None);
        // A Monday, a Tuesday, a Wednesday; 9:30 in Toronto.
        for (at, clash) in [
            (datetime!(2026-03-02 14:30 UTC), true),
            (datetime!(2026-03-03 14:30 UTC), false),
            (datetime!(2026-03-04 14:30 UTC), true),
            (datetime!(2026-03-04 15:00 UTC), false),
        ] {
            assert_eq!(reporting.clashes(at, at + Duration::SECOND), clash, "{at}");
        }
        let last = curfew(&[], "21:00", "06:00", Some(date!(2026 - 03 - 02)));
        assert!(last.clashes(datetime!(2026-03-03 10:00 UTC), datetime!(2026-03-03 10:01 UTC)));
        assert!(!last.clashes(datetime!(2026-03-04 03:00 UTC), datetime!(2026-03-04 04:00 UTC)));
    }

    #[test]
    fn a_minute_is_read_as_it_is_written() {
        for good in ["00:00", "06:05", "23:59"] {
            assert_eq!(text(minute(good).unwrap()), good);
        }
        for bad in ["", "24:00", "6", "12:60", "+1:00", "001:00", "a:b"] {
            assert_eq!(minute(bad), None, "{bad}");
        }
    }
}
