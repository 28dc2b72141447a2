//! Words for the codes of a referral: its source, state, decisions, questions and answers.

use proto::intake::v1::{Disposition, Known, Language as Spoken, Mode, Origin, QueueList, ReferralState};

use super::texts::Texts;
use crate::parts::form::Choice;

/// Every source, in the order of a form.
pub const ORIGINS: [Origin; 4] = [Origin::Victim, Origin::Institutional, Origin::Community, Origin::AnyCommunication];
/// Every state, in the order in which a referral passes through them.
pub const STATES: [ReferralState; 6] = [
    ReferralState::Received,
    ReferralState::NeedsClarification,
    ReferralState::ScreenedDeferred,
    ReferralState::ScreenedAccepted,
    ReferralState::ScreenedIndirectOnly,
    ReferralState::ScreenedClosed,
];
/// Every decision, in the order of a form.
pub const DISPOSITIONS: [Disposition; 10] = [
    Disposition::Accepted,
    Disposition::IndirectOnly,
    Disposition::DeferredForPreparation,
    Disposition::OtherPartyInaccessible,
    Disposition::OtherPartyUnwilling,
    Disposition::MotivationNotAppropriate,
    Disposition::NoContactPermitted,
    Disposition::Withdrawn,
    Disposition::OutOfJurisdiction,
    Disposition::Duplicate,
];
const ANSWERS: [Known; 3] = [Known::Yes, Known::No, Known::Unknown];
const MODES: [Mode; 6] = [Mode::Letter, Mode::Video, Mode::Shuttle, Mode::FaceToFace, Mode::Group, Mode::Other];

#[must_use]
pub const fn origin(value: Origin, texts: &Texts) -> &'static str {
    match value {
        Origin::Unspecified => texts.not_stated,
        Origin::Victim => texts.origin_victim,
        Origin::Institutional => texts.origin_institutional,
        Origin::Community => texts.origin_community,
        Origin::AnyCommunication => texts.origin_any_communication,
    }
}

#[must_use]
pub const fn state(value: ReferralState, texts: &Texts) -> &'static str {
    match value {
        ReferralState::Unspecified => texts.not_stated,
        ReferralState::Received => texts.state_received,
        ReferralState::NeedsClarification => texts.state_needs_clarification,
        ReferralState::ScreenedAccepted => texts.state_accepted,
        ReferralState::ScreenedIndirectOnly => texts.state_indirect_only,
        ReferralState::ScreenedDeferred => texts.state_deferred,
        ReferralState::ScreenedClosed => texts.state_closed,
    }
}

#[must_use]
pub const fn list(value: QueueList, texts: &Texts) -> &'static str {
    match value {
        QueueList::Unspecified | QueueList::Waiting => texts.list_waiting,
        QueueList::Received => texts.list_new,
        QueueList::NeedsClarification => texts.list_clarify,
        QueueList::Corrected => texts.list_again,
        QueueList::Deferred => texts.list_deferred,
        QueueList::Closed => texts.list_closed,
        QueueList::All => texts.list_all,
    }
}

#[must_use]
pub const fn disposition(value: Disposition, texts: &Texts) -> &'static str {
    match value {
        Disposition::Unspecified => texts.not_stated,
        Disposition::Accepted => texts.accepted,
        Disposition::IndirectOnly => texts.indirect_only,
        Disposition::DeferredForPreparation => texts.deferred_for_preparation,
        Disposition::OtherPartyInaccessible => texts.other_party_inaccessible,
        Disposition::OtherPartyUnwilling => texts.other_party_unwilling,
        Disposition::MotivationNotAppropriate => texts.motivation_not_appropriate,
        Disposition::NoContactPermitted => texts.no_contact_permitted,
        Disposition::Withdrawn => texts.withdrawn,
        Disposition::OutOfJurisdiction => texts.out_of_jurisdiction,
        Disposition::Duplicate => texts.duplicate,
    }
}

/// What a decision brings about, with its clause.
#[must_use]
pub const fn consequence(value: Disposition, texts: &Texts) -> (&'static str, &'static str) {
    match value {
        Disposition::Accepted => (texts.after_accepted, "R3c"),
        Disposition::IndirectOnly => (texts.after_indirect_only, "R3c"),
        Disposition::DeferredForPreparation => (texts.after_deferred, "R3a"),
        Disposition::NoContactPermitted | Disposition::Withdrawn => (texts.after_stop, "L26-6"),
        Disposition::Duplicate => (texts.after_duplicate, "LPR4"),
        Disposition::Unspecified
        | Disposition::OtherPartyInaccessible
        | Disposition::OtherPartyUnwilling
        | Disposition::MotivationNotAppropriate
        | Disposition::OutOfJurisdiction => (texts.after_closed, "R3a"),
    }
}

#[must_use]
pub const fn known(value: Known, texts: &Texts) -> &'static str {
    match value {
        Known::Unspecified => texts.not_stated,
        Known::Yes => texts.yes,
        Known::No => texts.no,
        Known::Unknown => texts.unknown,
    }
}

#[must_use]
pub const fn mode(value: Mode, texts: &Texts) -> &'static str {
    match value {
        Mode::Unspecified => texts.not_stated,
        Mode::Letter => texts.mode_letter,
        Mode::Video => texts.mode_video,
        Mode::Shuttle => texts.mode_shuttle,
        Mode::FaceToFace => texts.mode_face_to_face,
        Mode::Group => texts.mode_group,
        Mode::Other => texts.mode_other,
    }
}

#[must_use]
pub const fn language(value: Spoken, texts: &Texts) -> &'static str {
    match value {
        Spoken::Unspecified => texts.not_stated,
        Spoken::English => texts.english,
        Spoken::French => texts.french,
    }
}

/// What a flag says, whether it is a question that keeps a case from being opened, and its clause; `None` for a flag of a newer version.
#[must_use]
pub fn flag(code: &str, texts: &Texts) -> Option<(&'static str, bool, &'static str)> {
    Some(match code {
        "offender-asked-not-stated" => (texts.ask_offender_asked, true, "D-institutional"),
        "conditions-not-stated" => (texts.ask_conditions, true, "R7a"),
        "representative-relation-unknown" => (texts.ask_relation, true, "D-victim-referral"),
        "origin-check" => (texts.note_origin, false, "D-community"),
        "safety-concern" => (texts.note_concern, false, "RM1c"),
        "no-contact-condition" => (texts.note_condition, false, "GL2a"),
        "corrected-after-decision" => (texts.note_corrected, false, "R3a"),
        _ => return None,
    })
}

/// What two referrals have in common.
#[must_use]
pub fn likeness<'a>(code: &'a str, texts: &'a Texts) -> &'a str {
    match code {
        "fps" => texts.same_fps,
        "names" => texts.same_names,
        "name-at-site" => texts.same_name_at_site,
        _ => code,
    }
}

/// Relations by which a representative may speak for a victim [CCRA 2(3), 26(5)].
#[must_use]
pub fn relations(texts: &Texts) -> Vec<Choice> {
    let relations = [
        ("spouse", texts.spouse),
        ("conjugal-partner", texts.conjugal_partner),
        ("relative", texts.relative),
        ("dependant", texts.dependant),
        ("caregiver", texts.caregiver),
        ("caregiver-of-dependant", texts.caregiver_of_dependant),
        ("designated-representative", texts.designated_representative),
    ];
    relations.map(|(code, words)| Choice::new(code, words)).into()
}

#[must_use]
pub fn origins(texts: &Texts) -> Vec<Choice> {
    ORIGINS.map(|value| Choice::new(value as i32, origin(value, texts))).into()
}

#[must_use]
pub fn answers(texts: &Texts) -> Vec<Choice> {
    ANSWERS.map(|value| Choice::new(value as i32, known(value, texts))).into()
}

#[must_use]
pub fn modes(texts: &Texts) -> Vec<Choice> {
    MODES.map(|value| Choice::new(value as i32, mode(value, texts))).into()
}

#[must_use]
pub fn languages(texts: &Texts) -> Vec<Choice> {
    [Spoken::English, Spoken::French].map(|value| Choice::new(value as i32, language(value, texts))).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pages::referral::texts, text::Language};

    #[test]
    fn every_source_state_decision_and_answer_of_the_wire_can_be_said_in_words() {
        let texts = texts::of(Language::English);
        let all = |name: fn(i32) -> bool| (1..).take_while(|n| name(*n)).count();
        assert_eq!(ORIGINS.len(), all(|n| Origin::try_from(n).is_ok()));
        assert_eq!(STATES.len(), all(|n| ReferralState::try_from(n).is_ok()));
        assert_eq!(DISPOSITIONS.len(), all(|n| Disposition::try_from(n).is_ok()));
        assert_eq!((ANSWERS.len(), MODES.len()), (all(|n| Known::try_from(n).is_ok()), all(|n| Mode::try_from(n).is_ok())));
        assert!(DISPOSITIONS.iter().all(|value| disposition(*value, texts) != texts.not_stated));
        assert!(STATES.iter().all(|value| state(*value, texts) != texts.not_stated));
    }

    #[test]
    fn a_question_keeps_a_case_from_being_opened_and_a_fact_does_not() {
        let texts = texts::of(Language::French);
        let question = |code| flag(code, texts).map(|(_, is_question, _)| is_question);
        assert_eq!(question("conditions-not-stated"), Some(true));
        assert_eq!(question("no-contact-condition"), Some(false));
        assert_eq!(question("of-a-newer-version"), None);
    }
}
