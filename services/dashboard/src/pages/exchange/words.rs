//! Words for the states, steps and ways of items. Every `match` is exhaustive: a new code does not compile without both languages.

use proto::cases::v1::{DeliveryWay, ItemState, ItemStep};

use super::texts;
use crate::text::Language;

#[must_use]
pub const fn state(value: ItemState, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        ItemState::Unspecified => texts.not_stated,
        ItemState::Received => texts.state_received,
        ItemState::InReview => texts.state_in_review,
        ItemState::Returned => texts.state_returned,
        ItemState::Withheld => texts.state_withheld,
        ItemState::Released => texts.state_released,
        ItemState::Delivered => texts.state_delivered,
        ItemState::Acknowledged => texts.state_acknowledged,
        ItemState::Declined => texts.state_declined,
        ItemState::TakenBack => texts.state_taken_back,
    }
}

/// A step that was taken.
#[must_use]
pub const fn done(value: ItemStep, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        ItemStep::Unspecified => texts.not_stated,
        ItemStep::Review => texts.done_review,
        ItemStep::Release => texts.done_release,
        ItemStep::Return => texts.done_return,
        ItemStep::Withhold => texts.done_withhold,
        ItemStep::Deliver => texts.done_deliver,
        ItemStep::Acknowledge => texts.done_acknowledge,
        ItemStep::Decline => texts.done_decline,
        ItemStep::TakeBack => texts.done_take_back,
    }
}

#[must_use]
pub const fn way(value: DeliveryWay, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        DeliveryWay::Unspecified => texts.not_stated,
        DeliveryWay::HandedOver => texts.way_handed_over,
        DeliveryWay::ReadAloud => texts.way_read_aloud,
        DeliveryWay::ByTelephone => texts.way_by_telephone,
        DeliveryWay::ByVideoLink => texts.way_by_video_link,
        DeliveryWay::ThroughVictimServices => texts.way_victim_services,
        DeliveryWay::InstitutionalMail => texts.way_institutional_mail,
    }
}
