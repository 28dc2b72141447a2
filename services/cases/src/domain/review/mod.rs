//! Reviews by the RJ Unit: what opens one, and what was found [RM1a].

pub mod machine;

use base::{Private, Refusal};
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{site::How, text},
    error,
};
use machine::State;

/// What opens a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Trigger {
    Transfer,
    Release,
    /// A condition was recorded.
    Condition,
    /// A concern names the case.
    Concern,
    /// A participant withdrew, or left at their own wish.
    Withdrawal,
    /// The RJ Unit's own schedule.
    Schedule,
}

impl Trigger {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// What opened it, in a sentence, in English and in French.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Transfer => ("a transfer", "un transfèrement"),
            Self::Release => ("a release", "une mise en liberté"),
            Self::Condition => ("a new condition", "une nouvelle condition"),
            Self::Concern => ("a safety concern", "une préoccupation de sécurité"),
            Self::Withdrawal => ("a withdrawal", "un retrait"),
            Self::Schedule => ("its own schedule", "son propre calendrier"),
        }
    }

    /// The review that a change of the site opens; a correction opens none.
    #[must_use]
    pub const fn of_site(how: How) -> Option<Self> {
        match how {
            How::Correction => None,
            How::Transfer => Some(Self::Transfer),
            How::Release => Some(Self::Release),
        }
    }

    /// Whether an open review stands in the gate. One that an event opened does from the event on; one on schedule opens ahead of its time,
    /// and stands in the gate once it is overdue.
    #[must_use]
    pub fn blocks(self, due_at: Option<OffsetDateTime>, now: OffsetDateTime) -> bool {
        self != Self::Schedule || due_at.is_some_and(|due_at| due_at <= now)
    }
}

/// What the RJ Unit found. As long as it is not safe, the review stays open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Finding {
    GoesOn,
    /// With measures, which the note names.
    GoesOnWithMeasures,
}

impl Finding {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// The note to a finding, checked: measures are named.
///
/// # Errors
/// Refused where it is too long, or missing.
pub fn note(finding: Finding, written: &str) -> Result<Private<String>, Refusal> {
    match finding {
        Finding::GoesOn => Ok(text::bounded(written, text::NARRATIVE, "note")?.into()),
        Finding::GoesOnWithMeasures => Ok(text::given(written, text::NARRATIVE, "note", error::review_measures_missing())?.into()),
    }
}

/// A finding as recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub finding: Finding,
    pub note: Private<String>,
    pub by: String,
    pub at: OffsetDateTime,
}

/// A review as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    pub id: Uuid,
    pub trigger: Trigger,
    pub opened_at: OffsetDateTime,
    /// Every event that called for it, the first first.
    pub events: Vec<OffsetDateTime>,
    /// While it is open.
    pub due_at: Option<OffsetDateTime>,
    pub found: Option<Found>,
    /// Who signed it off, and when.
    pub signed: Option<(String, OffsetDateTime)>,
}

impl Review {
    #[must_use]
    pub const fn state(&self) -> State {
        match (&self.found, &self.signed) {
            (None, _) => State::Open,
            (Some(_), None) => State::Done,
            (Some(_), Some(_)) => State::SignedOff,
        }
    }

    /// Whether it stands in the gate.
    #[must_use]
    pub fn blocks(&self, now: OffsetDateTime) -> bool {
        self.found.is_none() && self.trigger.blocks(self.due_at, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    // [RM1a]
    #[test]
    fn an_event_stands_in_the_gate_at_once_and_the_schedule_once_it_is_overdue() {
        for trigger in Trigger::ALL {
            let at_once = *trigger != Trigger::Schedule;
            assert_eq!(trigger.blocks(None, NOW), at_once, "{trigger:?}");
            assert_eq!(trigger.blocks(Some(NOW + time::Duration::SECOND), NOW), at_once, "{trigger:?}");
            assert!(trigger.blocks(Some(NOW), NOW), "{trigger:?}");
        }
    }

    #[test]
    fn a_move_of_the_person_calls_for_a_review_and_a_corrected_mistake_for_none() {
        let opened: Vec<_> = How::ALL.iter().map(|how| Trigger::of_site(*how)).collect();
        assert_eq!(opened, [None, Some(Trigger::Transfer), Some(Trigger::Release)]);
    }

    #[test]
    fn measures_are_named_or_there_is_no_finding() {
        assert!(note(Finding::GoesOn, "").is_ok());
        assert_eq!(note(Finding::GoesOnWithMeasures, " ").unwrap_err().reason, "measures-missing");
        assert!(note(Finding::GoesOnWithMeasures, "two officers").is_ok());
    }
}
