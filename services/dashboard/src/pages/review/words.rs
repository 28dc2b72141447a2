//! Words for the triggers, states and findings of reviews. Every `match` is exhaustive: a new code does not compile without both languages.

use proto::cases::v1::{ReviewFinding, ReviewState, ReviewTrigger};

use super::texts;
use crate::text::Language;

#[must_use]
pub const fn trigger(value: ReviewTrigger, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        ReviewTrigger::Unspecified => texts.not_stated,
        ReviewTrigger::Transfer => texts.transfer,
        ReviewTrigger::Release => texts.release,
        ReviewTrigger::Condition => texts.condition,
        ReviewTrigger::Concern => texts.concern,
        ReviewTrigger::Withdrawal => texts.withdrawal,
        ReviewTrigger::Schedule => texts.schedule,
    }
}

#[must_use]
pub const fn state(value: ReviewState, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        ReviewState::Unspecified => texts.not_stated,
        ReviewState::Open => texts.open,
        ReviewState::Done => texts.done,
        ReviewState::SignedOff => texts.signed_off,
    }
}

#[must_use]
pub const fn finding(value: ReviewFinding, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        ReviewFinding::Unspecified => texts.not_stated,
        ReviewFinding::GoesOn => texts.goes_on,
        ReviewFinding::GoesOnWithMeasures => texts.goes_on_with_measures,
    }
}
