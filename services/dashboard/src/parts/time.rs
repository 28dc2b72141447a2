//! Instants and durations on a page.

use maud::{Markup, html};
use time::{Date, Duration, OffsetDateTime, UtcOffset, macros::format_description};

/// An instant in its machine-readable form.
#[must_use]
pub fn machine(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{}T{:02}:{:02}:{:02}Z", at.date(), at.hour(), at.minute(), at.second())
}

/// Milliseconds since 1970, as scripts count.
#[must_use]
pub fn millis(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
}

/// An instant for people, where no script converts it to local time.
#[must_use]
pub fn human(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{} {:02}:{:02}:{:02} UTC", at.date(), at.hour(), at.minute(), at.second())
}

/// "4 min", "1 h 05 min": the same words in both languages.
#[must_use]
pub fn elapsed(since: Duration) -> String {
    let seconds = since.whole_seconds().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// An instant, which a script may convert to local time.
#[must_use]
pub fn instant(at: OffsetDateTime) -> Markup {
    html! { time datetime=(machine(at)) data-clock { (human(at)) } }
}

/// The same, or a word where there is no instant.
#[must_use]
pub fn instant_or(at: Option<OffsetDateTime>, otherwise: &str) -> Markup {
    html! { @if let Some(at) = at { (instant(at)) } @else { (otherwise) } }
}

/// A day as a date field sends it.
#[must_use]
pub fn day(text: &str) -> Option<Date> {
    Date::parse(text.trim(), format_description!("[year]-[month]-[day]")).ok()
}

/// When a day begins where in Canada it begins first, in Newfoundland.
#[must_use]
pub fn begins(day: Date) -> Option<OffsetDateTime> {
    day.midnight().assume_utc().checked_add(Duration::minutes(150))
}

/// When a day ends where in Canada it ends last, on the Pacific coast.
#[must_use]
pub fn ends(day: Date) -> Option<OffsetDateTime> {
    day.midnight().assume_utc().checked_add(Duration::hours(32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_whole_day_in_every_time_zone_of_canada() {
        let day = day("2027-03-31").unwrap();
        assert_eq!(human(begins(day).unwrap()), "2027-03-31 02:30:00 UTC");
        assert_eq!(human(ends(day).unwrap()), "2027-04-01 08:00:00 UTC");
        assert!(["", "2027-02-30", "31/03/2027", "+999999-01-01"].iter().all(|text| super::day(text).is_none()));
        assert!(ends(Date::MAX).is_none());
    }

    #[test]
    fn elapsed_time_reads_well() {
        for (seconds, text) in [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3_900, "1 h 05 min"), (90_000, "25 h 00 min")]
        {
            assert_eq!(elapsed(Duration::seconds(seconds)), text);
        }
    }
}
