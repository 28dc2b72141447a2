//! Words for the kinds of due things and for whose move each is. Every `match` is exhaustive: a new code does not compile without both
//! languages.

use proto::cases::v1::{DueHand, DueKind};

use super::texts;
use crate::text::Language;

#[must_use]
pub const fn kind(value: DueKind, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        DueKind::Unspecified => texts.not_stated,
        DueKind::Assessment => texts.assessment,
        DueKind::Consent => texts.consent,
        DueKind::Condition => texts.condition,
        DueKind::FollowUp => texts.follow_up,
        DueKind::Schedule => texts.schedule,
        DueKind::Review => texts.review,
        DueKind::SignOff => texts.sign_off,
        DueKind::Engagement => texts.engagement,
        DueKind::Training => texts.training,
        DueKind::Request => texts.request,
    }
}

#[must_use]
pub const fn hand(value: DueHand, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        DueHand::Unspecified => texts.not_stated,
        DueHand::Mediator => texts.hand_mediator,
        DueHand::Officer => texts.hand_officer,
        DueHand::Supervisor => texts.hand_supervisor,
        DueHand::NationalManager => texts.hand_manager,
    }
}
