//! Instants and durations on a page.

use maud::{Markup, html};
use time::{Duration, OffsetDateTime, UtcOffset};

/// An instant in its machine-readable form.
#[must_use]
pub fn machine(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{}T{:02}:{:02}:{:02}Z", at.date(), at.hour(), at.minute(), at.second())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elapsed_time_reads_well() {
        for (seconds, text) in [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3_900, "1 h 05 min"), (90_000, "25 h 00 min")]
        {
            assert_eq!(elapsed(Duration::seconds(seconds)), text);
        }
    }
}
