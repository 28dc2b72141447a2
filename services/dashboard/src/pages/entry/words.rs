//! Words for the codes of entries. Every `match` is exhaustive: a new code does not compile without both languages.

use proto::cases::v1::{CurfewKind, EntryChange, EntryGround, EntryNeed, EntryPurpose, EntryScreening, EntryState, EntryStep};

use super::texts;
use crate::text::Language;

#[must_use]
pub const fn state(value: EntryState, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        EntryState::Unspecified => texts.not_stated,
        EntryState::Asked => texts.state_asked,
        EntryState::Approved => texts.state_approved,
        EntryState::Declined => texts.state_declined,
        EntryState::Used => texts.state_used,
        EntryState::Lapsed => texts.state_lapsed,
        EntryState::Cancelled => texts.state_cancelled,
    }
}

/// A step that was taken.
#[must_use]
pub const fn done(value: EntryStep, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        EntryStep::Unspecified => texts.not_stated,
        EntryStep::Approve => texts.done_approve,
        EntryStep::Decline => texts.done_decline,
        EntryStep::Confirm => texts.done_confirm,
        EntryStep::Represent => texts.done_represent,
        EntryStep::Use => texts.done_use,
        EntryStep::Cancel => texts.done_cancel,
        EntryStep::Lapse => texts.done_lapse,
    }
}

#[must_use]
pub const fn purpose(value: EntryPurpose, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        EntryPurpose::Unspecified => texts.not_stated,
        EntryPurpose::Preparation => texts.purpose_preparation,
        EntryPurpose::Mediation => texts.purpose_mediation,
        EntryPurpose::Clearance => texts.purpose_clearance,
    }
}

#[must_use]
pub const fn need(value: EntryNeed, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        EntryNeed::Unspecified => texts.not_stated,
        EntryNeed::Interpreter => texts.need_interpreter,
        EntryNeed::SignLanguage => texts.need_sign_language,
        EntryNeed::Mobility => texts.need_mobility,
        EntryNeed::Tty => texts.need_tty,
        EntryNeed::Vision => texts.need_vision,
        EntryNeed::ServiceAnimal => texts.need_service_animal,
        EntryNeed::Escort => texts.need_escort,
    }
}

#[must_use]
pub const fn ground(value: EntryGround, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        EntryGround::Unspecified => texts.not_stated,
        EntryGround::Safety => texts.ground_safety,
        EntryGround::Offence => texts.ground_offence,
        EntryGround::Screening => texts.ground_screening,
        EntryGround::TimeOrPlace => texts.ground_time_or_place,
    }
}

#[must_use]
pub const fn screening(value: EntryScreening, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        EntryScreening::Unspecified => texts.not_stated,
        EntryScreening::Done => texts.screening_done,
        EntryScreening::Waived => texts.screening_waived,
    }
}

#[must_use]
pub const fn change(value: EntryChange, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        EntryChange::Unspecified => texts.not_stated,
        EntryChange::Transferred => texts.change_transferred,
        EntryChange::Released => texts.change_released,
        EntryChange::Condition => texts.change_condition,
        EntryChange::Curfew => texts.change_curfew,
        EntryChange::PersonLeft => texts.change_person_left,
        EntryChange::NotEngaged => texts.change_not_engaged,
    }
}

#[must_use]
pub const fn curfew(value: CurfewKind, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        CurfewKind::Unspecified => texts.not_stated,
        CurfewKind::Curfew => texts.kind_curfew,
        CurfewKind::Reporting => texts.kind_reporting,
    }
}

/// A day of the week, 1 for Monday.
#[must_use]
pub const fn weekday(day: i32, language: Language) -> &'static str {
    let texts = texts::of(language);
    match day {
        1 => texts.monday,
        2 => texts.tuesday,
        3 => texts.wednesday,
        4 => texts.thursday,
        5 => texts.friday,
        6 => texts.saturday,
        7 => texts.sunday,
        _ => texts.not_stated,
    }
}
