//! Tests of every template in every language: none reveals to an audience what it may not know.

use super::*;
use crate::domain::concern::Grade;

/// Words that would reveal to a head, or a mail system, where a concern comes from [IM1b, TRAP-1].
const FORBIDDEN: [&str; 20] = [
    "mediat",
    "médiat",
    "restorative",
    "réparatrice",
    "victim",
    "offender",
    "délinquant",
    "inmate",
    "détenu",
    "programme",
    "possibilités",
    "opportunit",
    "referral",
    "renvoi",
    "dialogue",
    "consent",
    "participant",
    "case",
    "cas ",
    "dossier",
];
const PROTECTED: [&str; 4] = ["marker-narrative", "marker-case", "marker-call-back", "marker-file"];
const NEED_TO_KNOW: [&str; 4] = ["marker-person", "marker-nature", "marker-place", "marker-advice"];
const HEADS: [Template; 9] = [
    Template::ConcernRingHeadImminent,
    Template::ConcernRingHead,
    Template::AlarmSilent,
    Template::AlarmUnanswered,
    Template::EntryAsked,
    Template::EntryChanged,
    Template::RequestAsked,
    Template::RequestClimbed,
    Template::RequestWithdrawn,
];
const OUTSIDE: [Template; 2] = [Template::OutsideRing, Template::OutsideNotice];
const PREFERENCES: [Preference; 3] = [Some(Language::English), Some(Language::French), None];

/// Data in which every place is filled, also those that the class cut would have emptied.
fn everything(grade: Grade) -> Data {
    let private = |text: &str| Private::new(text.to_owned());
    Data {
        reference: "RS-7KDM-Q4XP".into(),
        grade: Some(grade),
        bulletin: Bulletin {
            site: "mission".into(),
            raised_at: Some(OffsetDateTime::UNIX_EPOCH),
            unreadable: false,
            person_at_risk: private("marker-person"),
            nature: private("marker-nature"),
            place: private("marker-place"),
            advice: private("marker-advice"),
            text: private("marker-narrative"),
            case: private("marker-case"),
            call_back: private("marker-call-back"),
        },
        origin: Some(Origin::Victim),
        site: "mission".into(),
        case_id: private("marker-file"),
        code: private("123456"),
        person: "mediator-1".into(),
        due: Some(Due::Review),
        waiting: Some(2),
        pages: String::new(),
        happened_at: Some(OffsetDateTime::UNIX_EPOCH),
    }
}

fn every_text(template: Template) -> Vec<String> {
    let render = |grade, preference| {
        let words = template.render(preference, &everything(grade));
        format!("{}\n{}", words.title.expose(), words.body.expose())
    };
    Grade::ALL.iter().flat_map(|grade| PREFERENCES.map(|p| render(*grade, p))).collect()
}

#[test]
fn neither_the_head_nor_a_mail_system_reads_a_word_about_the_programme() {
    for template in HEADS.into_iter().chain(OUTSIDE) {
        for text in every_text(template) {
            let lower = text.to_lowercase().replace("marker-case", "");
            for word in FORBIDDEN {
                assert!(!lower.contains(word), "{template:?} says {word:?}: {text}");
            }
        }
    }
}

#[test]
fn neither_the_head_nor_a_mail_system_reads_a_protected_field() {
    for template in HEADS.into_iter().chain(OUTSIDE) {
        for text in every_text(template) {
            assert!(PROTECTED.iter().all(|marker| !text.contains(marker)), "{template:?}: {text}");
        }
    }
}

#[test]
fn the_head_reads_who_is_at_risk_only_where_the_risk_is_imminent() {
    for text in every_text(Template::ConcernRingHeadImminent) {
        assert!(NEED_TO_KNOW.iter().all(|marker| text.contains(marker)), "{text}");
    }
    for template in [Template::ConcernRingHead, Template::OutsideRing, Template::OutsideNotice] {
        for text in every_text(template) {
            assert!(NEED_TO_KNOW.iter().all(|marker| !text.contains(marker)), "{template:?}: {text}");
        }
    }
}

#[test]
fn nhq_reads_a_concern_in_full() {
    for text in every_text(Template::ConcernRingNhq) {
        let told = ["marker-narrative", "marker-case", "marker-call-back", "mission"];
        assert!(told.iter().chain(&NEED_TO_KNOW).all(|marker| text.contains(marker)), "{text}");
    }
}

#[test]
fn every_template_says_its_reference_in_english_in_french_and_in_both() {
    for template in Template::ALL.iter().copied() {
        let [en, fr, both] = PREFERENCES.map(|p| template.render(p, &everything(Grade::Concern)));
        for words in [&en, &fr, &both] {
            assert!(words.body.expose().contains("RS-7KDM-Q4XP"), "{template:?}");
            assert!(!words.title.expose().contains('\n'), "{template:?}");
        }
        assert_ne!(en.body, fr.body, "{template:?}");
        assert_eq!([en.language, fr.language, both.language], ["en", "fr", "en+fr"]);
        let body = both.body.expose();
        assert!(body.contains(&format!("[English]\n{}", en.body.expose())), "{template:?}");
        assert!(body.contains(&format!("[Français]\n{}", fr.body.expose())), "{template:?}");
    }
}

#[test]
fn the_mail_of_a_ring_leads_to_its_event_in_the_language_of_its_reader_and_that_of_a_notice_leads_nowhere() {
    let known = Data { pages: "https://ro.example.org".into(), ..everything(Grade::Imminent) };
    let body = |template: Template, preference, data: &Data| template.render(preference, data).body.expose().clone();
    let both = body(Template::OutsideRing, None, &known);
    for language in ["en", "fr"] {
        assert!(both.contains(&format!("\nhttps://ro.example.org/{language}/concerns/RS-7KDM-Q4XP\n")), "{both}");
    }
    assert!(!body(Template::OutsideRing, None, &everything(Grade::Imminent)).contains("http"));
    // A notice may go to anybody: it names no machine of the department.
    assert!(!body(Template::OutsideNotice, None, &known).contains("http"));
}

#[test]
fn what_is_not_known_leaves_no_empty_label() {
    let bare = Data { reference: "RS-7KDM-Q4XP".into(), ..Data::default() };
    for template in Template::ALL.iter().copied() {
        for preference in PREFERENCES {
            let words = template.render(preference, &bare);
            for line in words.body.expose().lines() {
                assert!(!line.trim_end().ends_with(':'), "{template:?}: {line}");
            }
        }
    }
}
