//! Words for the states, steps and outcomes of sessions. Every `match` is exhaustive: a new code does not compile without both languages.

use proto::cases::v1::{SessionOutcome, SessionState, SessionStep};

use super::texts;
use crate::text::Language;

#[must_use]
pub const fn state(value: SessionState, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        SessionState::Unspecified => texts.not_stated,
        SessionState::Planned => texts.state_planned,
        SessionState::Confirmed => texts.state_confirmed,
        SessionState::UnderWay => texts.state_under_way,
        SessionState::Held => texts.state_held,
        SessionState::Done => texts.state_done,
        SessionState::Cancelled => texts.state_cancelled,
    }
}

/// A step that was taken.
#[must_use]
pub const fn done(value: SessionStep, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        SessionStep::Unspecified => texts.not_stated,
        SessionStep::Confirm => texts.done_confirm,
        SessionStep::Cancel => texts.done_cancel,
        SessionStep::Begin => texts.done_begin,
        SessionStep::End => texts.done_end,
        SessionStep::Debrief => texts.done_debrief,
        SessionStep::FollowUp => texts.done_follow_up,
        SessionStep::Finish => texts.done_finish,
    }
}

#[must_use]
pub const fn outcome(value: SessionOutcome, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        SessionOutcome::Unspecified => texts.not_stated,
        SessionOutcome::Completed => texts.outcome_completed,
        SessionOutcome::StoppedByParticipant => texts.outcome_stopped_by_participant,
        SessionOutcome::StoppedByMediator => texts.outcome_stopped_by_mediator,
        SessionOutcome::StoppedForSafety => texts.outcome_stopped_for_safety,
        SessionOutcome::SomeoneDidNotCome => texts.outcome_someone_did_not_come,
    }
}
