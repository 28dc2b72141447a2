//! Rules of break-glass: duration, quota, reason and review [R3c, IM1a].

use base::{Private, Refusal};
use time::{Date, Duration, OffsetDateTime};

use crate::domain::text;

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
        return Err(Refusal::invalid(
            "reason-missing",
            "R3c",
            "reason",
            "say why you must read this case, in ten characters or more: a supervisor will read it",
            "dites pourquoi vous devez lire ce dossier, en dix caractères ou plus : un superviseur le lira",
        ));
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    Justified,
    NotJustified,
}

impl Finding {
    pub const ALL: [Self; 2] = [Self::Justified, Self::NotJustified];

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Justified => "justified",
            Self::NotJustified => "not-justified",
        }
    }

    /// The finding of a code, if known.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|finding| finding.code() == code)
    }
}

/// Validates the note of a review.
///
/// # Errors
/// A finding of "not justified" without an explanation.
pub fn note(finding: Finding, text: &str) -> Result<Private<String>, Refusal> {
    let text = text::bounded(text, text::NARRATIVE, "note")?;
    if finding == Finding::NotJustified && text.is_empty() {
        return Err(Refusal::invalid(
            "note-missing",
            "IM1a",
            "note",
            "say why it was not justified",
            "dites pourquoi ce n'était pas justifié",
        ));
    }
    Ok(text.into())
}

/// The refusal where the quota of the last 24 hours is used up.
#[must_use]
pub fn quota_reached() -> Refusal {
    Refusal::denied(
        "break-glass-quota",
        "IM1a",
        "you have opened as many cases by break-glass as one person may in 24 hours; your supervisors are told. If someone is at risk, \
         raise a concern directly",
        "vous avez ouvert autant de dossiers en bris de glace qu'une personne le peut en 24 heures; vos superviseurs en sont avisés. Si \
         quelqu'un est en danger, signalez la préoccupation directement",
    )
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
