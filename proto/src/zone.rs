//! Time zones of Canada: their names, the default of a province, and the time of day there with the abbreviation of each language.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// A zone that can be chosen, with its words in both languages.
pub struct Named {
    /// As the tz database names it.
    pub name: &'static str,
    pub english: &'static str,
    pub french: &'static str,
}

const fn named(name: &'static str, english: &'static str, french: &'static str) -> Named {
    Named { name, english, french }
}

/// Zones of Canada that can be chosen, from east to west.
pub const ALL: [Named; 8] = [
    named("America/St_Johns", "Newfoundland", "Terre-Neuve"),
    named("America/Halifax", "Atlantic", "Atlantique"),
    named("America/Toronto", "Eastern", "Est"),
    named("America/Winnipeg", "Central", "Centre"),
    named("America/Regina", "Central, the same all year (Saskatchewan)", "Centre, la même toute l’année (Saskatchewan)"),
    named("America/Edmonton", "Mountain", "Rocheuses"),
    named(
        "America/Whitehorse",
        "Mountain, the same all year (Yukon, Peace River)",
        "Rocheuses, la même toute l’année (Yukon, rivière de la Paix)",
    ),
    named("America/Vancouver", "Pacific", "Pacifique"),
];

/// French of the abbreviations that the tz database has in English.
const FRENCH: [(&str, &str); 12] = [
    ("NST", "HNT"),
    ("NDT", "HAT"),
    ("AST", "HNA"),
    ("ADT", "HAA"),
    ("EST", "HNE"),
    ("EDT", "HAE"),
    ("CST", "HNC"),
    ("CDT", "HAC"),
    ("MST", "HNR"),
    ("MDT", "HAR"),
    ("PST", "HNP"),
    ("PDT", "HAP"),
];

/// Zone in which most of a province or territory lives, and whether another part of it has another time.
#[must_use]
pub fn of_province(code: &str) -> Option<(&'static str, bool)> {
    Some(match code {
        "NL" => ("America/St_Johns", true),
        "NS" | "NB" | "PE" => ("America/Halifax", false),
        "QC" | "ON" | "NU" => ("America/Toronto", true),
        "MB" => ("America/Winnipeg", false),
        "SK" => ("America/Regina", true),
        "AB" | "NT" => ("America/Edmonton", false),
        "YT" => ("America/Whitehorse", false),
        "BC" => ("America/Vancouver", true),
        _ => return None,
    })
}

/// A time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// What clocks of a zone show at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// `2026-11-30 14:05:10`.
    pub text: String,
    /// `EST`.
    pub english: String,
    /// `HNE`.
    pub french: String,
    /// Seconds east of Greenwich.
    pub offset: i32,
}

impl Zone {
    /// One of [`ALL`] by its name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let known = ALL.iter().find(|known| known.name == name)?;
        TimeZone::get(known.name).ok().map(Self)
    }

    /// Its name in the tz database.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or_default()
    }

    /// What clocks show there at an instant, in seconds since 1970.
    #[must_use]
    pub fn shown(&self, at: i64) -> Shown {
        let at = Timestamp::from_second(at).unwrap_or_default();
        let info = self.0.to_offset_info(at);
        let english = info.abbreviation().to_owned();
        let french = FRENCH.iter().find(|(known, _)| *known == english).map_or_else(|| english.clone(), |(_, french)| (*french).to_owned());
        let text = self.0.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string();
        Shown { text, english, french, offset: info.offset().seconds() }
    }

    /// Minute of the day that clocks show there, from 0 to 1439.
    #[must_use]
    pub fn minute_of_day(&self, at: i64) -> u16 {
        let there = self.0.to_datetime(Timestamp::from_second(at).unwrap_or_default());
        minutes(there)
    }

    /// First instant after this one at which clocks there show this minute of a day. A minute that a night in spring leaves out comes as if
    /// the clock had not moved.
    #[must_use]
    pub fn next(&self, minute: u16, after: i64) -> i64 {
        let from = Timestamp::from_second(after).unwrap_or_default();
        let today = self.0.to_datetime(from).date();
        let (hour, minute) = (i8::try_from(minute / 60).unwrap_or_default(), i8::try_from(minute % 60).unwrap_or_default());
        let days = std::iter::successors(Some(today), |day| day.tomorrow().ok()).take(3);
        // In autumn a minute of one night comes twice.
        let mut found = days.flat_map(|day| {
            let there = self.0.to_ambiguous_timestamp(day.at(hour, minute, 0, 0));
            [there.compatible(), there.later()].into_iter().flatten()
        });
        found.find(|at| *at > from).map_or(after, Timestamp::as_second)
    }
}

fn minutes(there: DateTime) -> u16 {
    u16::try_from(i32::from(there.hour()) * 60 + i32::from(there.minute())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::{OffsetDateTime, macros::datetime};

    use super::*;

    fn at(instant: OffsetDateTime) -> i64 {
        instant.unix_timestamp()
    }

    #[test]
    fn newfoundland_has_its_half_hour_and_saskatchewan_no_summer_time() {
        for (zone, instant, text, english, french) in [
            ("America/St_Johns", datetime!(2026-01-15 12:00 UTC), "2026-01-15 08:30:00", "NST", "HNT"),
            ("America/St_Johns", datetime!(2026-07-15 12:00 UTC), "2026-07-15 09:30:00", "NDT", "HAT"),
            ("America/Halifax", datetime!(2026-07-15 12:00 UTC), "2026-07-15 09:00:00", "ADT", "HAA"),
            ("America/Toronto", datetime!(2026-01-15 03:00 UTC), "2026-01-14 22:00:00", "EST", "HNE"),
            ("America/Winnipeg", datetime!(2026-07-15 12:00 UTC), "2026-07-15 07:00:00", "CDT", "HAC"),
            ("America/Regina", datetime!(2026-01-15 12:00 UTC), "2026-01-15 06:00:00", "CST", "HNC"),
            ("America/Regina", datetime!(2026-07-15 12:00 UTC), "2026-07-15 06:00:00", "CST", "HNC"),
            ("America/Edmonton", datetime!(2025-07-15 12:00 UTC), "2025-07-15 06:00:00", "MDT", "HAR"),
            ("America/Whitehorse", datetime!(2025-07-15 12:00 UTC), "2025-07-15 05:00:00", "MST", "HNR"),
            ("America/Vancouver", datetime!(2025-01-15 12:00 UTC), "2025-01-15 04:00:00", "PST", "HNP"),
        ] {
            let shown = Zone::of(zone).unwrap().shown(at(instant));
            assert_eq!((shown.text.as_str(), shown.english.as_str(), shown.french.as_str()), (text, english, french), "{zone}");
        }
    }

    #[test]
    fn every_province_and_territory_has_a_default_that_can_be_chosen_and_those_with_two_zones_say_so() {
        let several = ["NL", "QC", "ON", "NU", "SK", "BC"];
        for province in ["NL", "NS", "NB", "PE", "QC", "ON", "MB", "SK", "AB", "BC", "YT", "NT", "NU"] {
            let (zone, is_one_of_several) = of_province(province).unwrap();
            assert_eq!(Zone::of(zone).unwrap().name(), zone);
            assert_eq!(is_one_of_several, several.contains(&province), "{province}");
        }
        assert!(of_province("").is_none() && of_province("XX").is_none());
        assert!(ALL.iter().all(|known| Zone::of(known.name).is_some()), "a zone is not in the data");
        assert!(Zone::of("America/Nowhere").is_none() && Zone::of("UTC").is_none() && Zone::of("").is_none());
    }

    #[test]
    fn the_next_time_of_a_day_is_found_over_midnight_and_over_both_changes_of_the_clock() {
        let toronto = Zone::of("America/Toronto").unwrap();
        for (minute, after, next) in [
            (7 * 60, datetime!(2026-01-15 03:00 UTC), datetime!(2026-01-15 12:00 UTC)),
            (7 * 60, datetime!(2026-01-15 12:00 UTC), datetime!(2026-01-16 12:00 UTC)),
            (0, datetime!(2026-01-15 03:00 UTC), datetime!(2026-01-15 05:00 UTC)),
            // In spring 02:30 does not exist: clocks go from 02:00 EST to 03:00 EDT at 07:00 UTC.
            (2 * 60 + 30, datetime!(2026-03-08 03:00 UTC), datetime!(2026-03-08 07:30 UTC)),
            (7 * 60, datetime!(2026-03-08 03:00 UTC), datetime!(2026-03-08 11:00 UTC)),
            // In autumn 01:30 comes twice, at 05:30 and at 06:30 UTC: either may be next.
            (60 + 30, datetime!(2026-11-01 03:00 UTC), datetime!(2026-11-01 05:30 UTC)),
            (60 + 30, datetime!(2026-11-01 05:45 UTC), datetime!(2026-11-01 06:30 UTC)),
            (60 + 30, datetime!(2026-11-01 06:45 UTC), datetime!(2026-11-02 06:30 UTC)),
            (7 * 60, datetime!(2026-11-01 03:00 UTC), datetime!(2026-11-01 12:00 UTC)),
        ] {
            assert_eq!(toronto.next(minute, at(after)), at(next), "{minute} after {after}");
        }
        assert_eq!(toronto.minute_of_day(at(datetime!(2026-01-15 03:07 UTC))), 22 * 60 + 7);
    }
}
