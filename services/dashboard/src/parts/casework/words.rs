//! Words for the codes of cases. Every `match` is exhaustive: a new code does not compile without both languages.

use proto::cases::v1::{
    BreakGlassFinding, Case, ConditionEnd, ConditionKind, ConditionState, ConsentStatus, DocumentKind, DocumentSide, HoldKind, InformedHow,
    Initiative, ParticipantKind, RiskLevel, SiteChange, Stage, Understanding, Wish,
};

use super::texts;
use crate::text::{Language, fill};

#[must_use]
pub const fn stage(value: Stage, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        Stage::Unspecified => texts.not_stated,
        Stage::Assessment => texts.stage_assessment,
        Stage::Preparation => texts.stage_preparation,
        Stage::Mediation => texts.stage_mediation,
        Stage::FollowUp => texts.stage_follow_up,
        Stage::Paused => texts.stage_paused,
        Stage::Closed => texts.stage_closed,
    }
}

#[must_use]
pub const fn kind(value: ParticipantKind, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        ParticipantKind::Unspecified => texts.not_stated,
        ParticipantKind::Victim => texts.kind_victim,
        ParticipantKind::Offender => texts.kind_offender,
        ParticipantKind::CommunityMember => texts.kind_community_member,
        ParticipantKind::SupportPerson => texts.kind_support_person,
        ParticipantKind::Representative => texts.kind_representative,
        ParticipantKind::Interpreter => texts.kind_interpreter,
        ParticipantKind::Elder => texts.kind_elder,
    }
}

#[must_use]
pub const fn wish(value: Wish, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        Wish::Unspecified => texts.not_stated,
        Wish::OwnWish => texts.wish_own,
        Wish::ByTheUnit => texts.wish_unit,
        Wish::ByTheMediator => texts.wish_mediator,
        Wish::Unable => texts.wish_unable,
        Wish::ByMistake => texts.wish_mistake,
    }
}

#[must_use]
pub const fn consent(value: ConsentStatus, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        ConsentStatus::Unspecified => texts.not_stated,
        ConsentStatus::Offered => texts.consent_offered,
        ConsentStatus::Given => texts.consent_given,
        ConsentStatus::Withdrawn => texts.consent_withdrawn,
        ConsentStatus::Expired => texts.consent_expired,
    }
}

#[must_use]
pub const fn initiative(value: Initiative, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        Initiative::Unspecified => texts.not_stated,
        Initiative::InPerson => texts.initiative_in_person,
        Initiative::ByTelephone => texts.initiative_by_telephone,
        Initiative::InWriting => texts.initiative_in_writing,
        Initiative::ByVideo => texts.initiative_by_video,
        Initiative::ThroughRepresentative => texts.initiative_through_representative,
    }
}

#[must_use]
pub const fn understanding(value: Understanding, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        Understanding::Unspecified => texts.not_stated,
        Understanding::OwnWords => texts.understanding_own_words,
        Understanding::FreeToRefuse => texts.understanding_free_to_refuse,
        Understanding::MayWithdraw => texts.understanding_may_withdraw,
        Understanding::WhoReads => texts.understanding_who_reads,
        Understanding::QuestionsAnswered => texts.understanding_questions_answered,
    }
}

#[must_use]
pub const fn risk(value: RiskLevel, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        RiskLevel::Unspecified => texts.not_stated,
        RiskLevel::Low => texts.risk_low,
        RiskLevel::Moderate => texts.risk_moderate,
        RiskLevel::High => texts.risk_high,
        RiskLevel::Imminent => texts.risk_imminent,
    }
}

#[must_use]
pub const fn site_change(value: SiteChange, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        SiteChange::Unspecified => texts.not_stated,
        SiteChange::Opening => texts.site_opening,
        SiteChange::Correction => texts.site_correction,
        SiteChange::Transfer => texts.site_transfer,
        SiteChange::Release => texts.site_release,
    }
}

#[must_use]
pub const fn document(value: DocumentKind, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        DocumentKind::Unspecified => texts.not_stated,
        DocumentKind::ConsentForm => texts.document_consent_form,
        DocumentKind::Letter => texts.document_letter,
        DocumentKind::Agreement => texts.document_agreement,
        DocumentKind::Report => texts.document_report,
        DocumentKind::Other => texts.document_other,
    }
}

#[must_use]
pub const fn side(value: DocumentSide, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        DocumentSide::Unspecified | DocumentSide::File => texts.side_file,
        DocumentSide::Victim => texts.side_victim,
        DocumentSide::Offender => texts.side_offender,
    }
}

#[must_use]
pub const fn hold(value: HoldKind, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        HoldKind::Unspecified => texts.not_stated,
        HoldKind::AccessRequest => texts.hold_access_request,
        HoldKind::Legal => texts.hold_legal,
        HoldKind::Other => texts.hold_other,
    }
}

#[must_use]
pub const fn condition_kind(value: ConditionKind, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        ConditionKind::Unspecified => texts.not_stated,
        ConditionKind::CourtOrder => texts.condition_court_order,
        ConditionKind::ParoleBoard => texts.condition_parole_board,
        ConditionKind::Other => texts.condition_other,
    }
}

#[must_use]
pub const fn condition_state(value: ConditionState, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        ConditionState::Unspecified => texts.not_stated,
        ConditionState::Recorded => texts.condition_recorded,
        ConditionState::Advised => texts.condition_advised,
        ConditionState::Amended => texts.condition_amended,
        ConditionState::Ended => texts.condition_ended,
    }
}

#[must_use]
pub const fn condition_end(value: ConditionEnd, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        ConditionEnd::Unspecified => texts.not_stated,
        ConditionEnd::Removed => texts.condition_removed,
        ConditionEnd::RanOut => texts.condition_ran_out,
        ConditionEnd::ByMistake => texts.condition_by_mistake,
    }
}

#[must_use]
pub const fn informed_how(value: InformedHow, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        InformedHow::Unspecified => texts.not_stated,
        InformedHow::InPerson => texts.initiative_in_person,
        InformedHow::ByTelephone => texts.initiative_by_telephone,
        InformedHow::InWriting => texts.initiative_in_writing,
        InformedHow::ByVideo => texts.initiative_by_video,
        InformedHow::ThroughRepresentative => texts.initiative_through_representative,
    }
}

#[must_use]
pub const fn finding(value: BreakGlassFinding, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        BreakGlassFinding::Unspecified => texts.not_reviewed,
        BreakGlassFinding::Justified => texts.justified,
        BreakGlassFinding::NotJustified => texts.not_justified,
    }
}

/// Codes of the modes on the list, in the order of the forms.
pub const MODES: [&str; 5] = ["letter", "video", "shuttle", "face_to_face", "group"];

/// Name of a mode. One that is not on the list is named by its description, where the case has it.
#[must_use]
pub fn mode(code: &str, described: &str, case: &Case, language: Language) -> String {
    let texts = texts::of(language);
    match code {
        "" => String::new(),
        "letter" => texts.mode_letter.to_owned(),
        "video" => texts.mode_video.to_owned(),
        "shuttle" => texts.mode_shuttle.to_owned(),
        "face_to_face" => texts.mode_face_to_face.to_owned(),
        "group" => texts.mode_group.to_owned(),
        _ => match case.described_modes.iter().find(|mode| mode.mode_id == described) {
            Some(mode) => fill(texts.mode_described, &[("mode", &mode.description)]),
            None => texts.mode_other.to_owned(),
        },
    }
}

/// Name of a language by its code; empty where it is not known.
#[must_use]
pub fn language_name(code: &str, language: Language) -> &'static str {
    let texts = texts::of(language);
    match code {
        "en" => texts.english,
        "fr" => texts.french,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use proto::cases::v1::DescribedMode;

    use super::*;

    #[test]
    fn a_mode_that_is_not_on_the_list_is_named_by_its_description() {
        let described = DescribedMode { mode_id: "m".into(), description: "read aloud by an Elder".into(), ..DescribedMode::default() };
        let case = Case { described_modes: vec![described], ..Case::default() };
        assert!(mode("other", "m", &case, Language::English).contains("read aloud by an Elder"));
        assert_eq!(mode("other", "another", &case, Language::French), "un autre mode");
        for code in MODES {
            assert!(!mode(code, "", &case, Language::French).contains("autre"), "{code} has no name");
        }
    }
}
