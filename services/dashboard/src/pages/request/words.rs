//! Words for the codes of requests. Every `match` is exhaustive: a new code does not compile without both languages.

use proto::cases::v1::{RequestFile, RequestItemKind, RequestOutcome, RequestState};

use super::texts;
use crate::text::Language;

#[must_use]
pub const fn state(value: RequestState, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        RequestState::Unspecified => texts.not_stated,
        RequestState::Asked => texts.state_asked,
        RequestState::Answered => texts.state_answered,
        RequestState::Declined => texts.state_declined,
        RequestState::Withdrawn => texts.state_withdrawn,
        RequestState::Expired => texts.state_expired,
    }
}

#[must_use]
pub const fn file(value: RequestFile, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        RequestFile::Unspecified => texts.not_stated,
        RequestFile::Offender => texts.file_offender,
        RequestFile::Victim => texts.file_victim,
    }
}

#[must_use]
pub const fn kind(value: RequestItemKind, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        RequestItemKind::Unspecified => texts.not_stated,
        RequestItemKind::Summary => texts.kind_summary,
        RequestItemKind::Plan => texts.kind_plan,
        RequestItemKind::Conduct => texts.kind_conduct,
        RequestItemKind::Safety => texts.kind_safety,
        RequestItemKind::Needs => texts.kind_needs,
        RequestItemKind::Other => texts.kind_other,
        RequestItemKind::TellVictim => texts.kind_tell_victim,
    }
}

/// What became of an item; unstated while it waits.
#[must_use]
pub const fn outcome(value: RequestOutcome, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        RequestOutcome::Unspecified => texts.waits,
        RequestOutcome::Given => texts.outcome_given,
        RequestOutcome::Declined => texts.outcome_declined,
        RequestOutcome::NotHeld => texts.outcome_not_held,
    }
}
