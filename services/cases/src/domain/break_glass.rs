//! Rules of break-glass: duration, quota, reason and review [R3c, IM1a].

use base::{Private, Refusal};
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::{Date, Duration, OffsetDateTime};

use crate::{domain::text, error};

/// Fewest visible characters of a reason.
const SHORTEST_REASON: usize = 10;

/// Period that the quota covers.
pub const QUOTA_COVERS: Duration = Duration::hours(24);

/// Settings of break-glass that CSC can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Duration of the access, 15 minutes to 24 hours.
    pub lasts: Duration,
    /// Most uses by one person in 24 hours.
    pub quota: u32,
}

/// Validates the reason of a break-glass.
///
/// # Errors
/// Refuses a reason that is too short, or too long to be stored.
pub fn reason(text: &str) -> Result<Private<String>, Refusal> {
    let text = text::bounded(text, text::NARRATIVE, "reason")?;
    if text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).count() < SHORTEST_REASON {
        return Err(error::break_glass_reason_missing());
    }
    Ok(text.into())
}

/// The last day on which a review is in time: the calendar day after, in UTC. CSC's working days are not known here.
#[must_use]
pub fn review_due(broken_at: OffsetDateTime) -> Date {
    let day = broken_at.to_offset(time::UtcOffset::UTC).date();
    day.next_day().unwrap_or(day)
}

/// Outcome of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Finding {
    Justified,
    NotJustified,
}

impl Finding {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// Validates the note of a review.
///
/// # Errors
/// A finding of "not justified" without an explanation.
pub fn note(finding: Finding, text: &str) -> Result<Private<String>, Refusal> {
    let text = text::bounded(text, text::NARRATIVE, "note")?;
    if finding == Finding::NotJustified && text.is_empty() {
        return Err(error::note_missing());
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn a_reason_is_at_least_ten_visible_characters() {
        for nothing in ["", "because", "          x          ", "1 2 3 4 5 6 7 8 9", "\u{7}\u{7}\u{7}\u{7}\u{7}\u{7}\u{7}\u{7}\u{7}\u{7}"] {
            assert_eq!(reason(nothing).unwrap_err().reason, "reason-missing", "{nothing:?}");
        }
        assert_eq!(reason(" his officer is ill ").unwrap().expose(), "his officer is ill");
    }

    #[test]
    fn a_review_is_due_on_the_calendar_day_after_in_utc() {
        assert_eq!(review_due(datetime!(2026-03-02 23:59 -5)), date!(2026 - 03 - 04));
        assert_eq!(review_due(datetime!(2026-03-02 00:00 UTC)), date!(2026 - 03 - 03));
    }

    #[test]
    fn what_was_not_justified_is_explained() {
        assert_eq!(note(Finding::NotJustified, " ").unwrap_err().reason, "note-missing");
        assert!(note(Finding::Justified, "").is_ok());
    }
}
