//! Instants and durations on a page.

use maud::{Markup, html};
use proto::zone::{Shown, Zone};
use time::{Date, Duration, OffsetDateTime, UtcOffset, macros::format_description};

use super::{drawing::Drawing, texts};
use crate::text::{Language, fill};

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

/// An instant on the clock of whoever looks, and on that of a site where it shows another time, each with its zone. Where it is not known in
/// which zone they are, a script puts the first on the clock of their device, and hides the second where both are one.
#[must_use]
pub fn at_site(at: OffsetDateTime, site: &str, drawing: &Drawing<'_>) -> Markup {
    let seconds = at.unix_timestamp();
    let own = drawing.zone.map(|zone| zone.shown(seconds));
    let there = drawing.sites.get(site).and_then(|site| Zone::of(&site.zone)).map(|zone| zone.shown(seconds));
    let there = there.filter(|there| there.offset != own.as_ref().map_or(0, |own| own.offset));
    let first = own.as_ref().map_or_else(|| human(at), |own| with_zone(&own.text, own, drawing.language));
    html! {
        time datetime=(machine(at)) data-clock { (first) }
        @if let Some(there) = there {
            @let first_day = first.get(..DAY);
            @let text = if there.text.get(..DAY) == first_day { there.text.get(DAY + 1..) } else { Some(there.text.as_str()) };
            @let text = with_zone(text.unwrap_or_default(), &there, drawing.language);
            span class="there" data-at=(machine(at)) data-offset=(there.offset) {
                " (" (fill(texts::of(drawing.language).time_there, &[("time", &text)])) ")"
            }
        }
    }
}

/// Length of a date.
const DAY: usize = 10;

fn with_zone(text: &str, shown: &Shown, language: Language) -> String {
    let zone = match language {
        Language::English => &shown.english,
        Language::French => &shown.french,
    };
    format!("{text} {zone}")
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
    fn a_time_is_shown_on_ones_own_clock_and_on_that_of_the_site_where_it_differs_each_with_its_zone() {
        use std::{collections::BTreeMap, sync::Arc};

        use proto::safety::v1::Site;
        use time::macros::datetime;

        let site = |code: &str, zone: &str| (code.to_owned(), Site { code: code.into(), zone: zone.into(), ..Site::default() });
        let sites = Arc::new(BTreeMap::from([site("stjohns", "America/St_Johns"), site("regina", "America/Regina"), site("none", "")]));
        let (session, people) = (crate::session::tests::session(), crate::clients::People::default());
        let (toronto, regina) = (Zone::of("America/Toronto").unwrap(), Zone::of("America/Regina").unwrap());
        let at = datetime!(2026-01-15 04:00 UTC);
        let drawn = |zone: Option<&Zone>, site: &str, language| {
            let drawing = Drawing { language, session: &session, sites: &sites, people: &people, zone, now: at };
            let html = at_site(at, site, &drawing).into_string();
            let mut text = String::new();
            html.split('<').filter_map(|piece| piece.split_once('>')).for_each(|(_, words)| text.push_str(words));
            text
        };
        for (zone, site, english, french) in [
            (
                Some(&toronto),
                "stjohns",
                "2026-01-14 23:00:00 EST (2026-01-15 00:30:00 NST at the site)",
                "2026-01-14 23:00:00 HNE (2026-01-15 00:30:00 HNT sur place)",
            ),
            (
                Some(&toronto),
                "regina",
                "2026-01-14 23:00:00 EST (22:00:00 CST at the site)",
                "2026-01-14 23:00:00 HNE (22:00:00 HNC sur place)",
            ),
            (Some(&regina), "regina", "2026-01-14 22:00:00 CST", "2026-01-14 22:00:00 HNC"),
            (
                None,
                "regina",
                "2026-01-15 04:00:00 UTC (2026-01-14 22:00:00 CST at the site)",
                "2026-01-15 04:00:00 UTC (2026-01-14 22:00:00 HNC sur place)",
            ),
            (None, "none", "2026-01-15 04:00:00 UTC", "2026-01-15 04:00:00 UTC"),
            (Some(&toronto), "unknown", "2026-01-14 23:00:00 EST", "2026-01-14 23:00:00 HNE"),
        ] {
            assert_eq!(drawn(zone, site, Language::English), english);
            assert_eq!(drawn(zone, site, Language::French), french);
        }
    }

    #[test]
    fn elapsed_time_reads_well() {
        for (seconds, text) in [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3_900, "1 h 05 min"), (90_000, "25 h 00 min")]
        {
            assert_eq!(elapsed(Duration::seconds(seconds)), text);
        }
    }
}
