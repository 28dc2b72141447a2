//! Tests of items that pass between participants.

use super::{
    machine::{State, Step},
    *,
};
use crate::domain::{
    document::{Kind as DocumentKind, MediaType},
    mode::Described,
    participant::{
        kind::{Kind, Side},
        leaving::{Leaving, Wish},
        person::NewParticipant,
    },
};

fn person(n: u64, kind: Kind) -> Participant {
    let person = NewParticipant::parse(kind, "Robin Fictional", "", "en").unwrap();
    Participant {
        id: ParticipantId::new(Uuid::from_u64_pair(1, n)),
        person,
        added_at: OffsetDateTime::UNIX_EPOCH,
        formerly: None,
        left: None,
    }
}

fn letter(side: Option<Side>) -> Document {
    Document {
        id: Uuid::from_u64_pair(2, 2),
        side,
        kind: DocumentKind::Letter,
        media: MediaType::Text,
        name: "a letter".to_owned().into(),
        size: 3,
        hash: vec![1].into(),
        kept_by: "mediator-1".into(),
        kept_at: OffsetDateTime::UNIX_EPOCH,
    }
}

const WORDS: Written<'static> = Written { words: "I would like to know why.", held_at: "" };
const NOTHING: Written<'static> = Written { words: " ", held_at: "" };

fn reason<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.unwrap_err().reason
}

// [R4b]
#[test]
fn nothing_is_released_that_was_not_reviewed_and_nothing_delivered_that_was_not_released() {
    // Every path of up to six steps.
    let mut paths = vec![(State::Received, Vec::new())];
    for _ in 0..6 {
        paths = paths
            .into_iter()
            .flat_map(|(at, path)| {
                machine::steps(at).iter().map(move |step| {
                    let mut longer: Vec<Step> = path.clone();
                    longer.push(*step);
                    (step.leads_to(), longer)
                })
            })
            .collect();
        for (at, path) in &paths {
            let first = |step: Step| path.iter().position(|taken| *taken == step);
            if first(Step::Release).is_some() {
                assert!(first(Step::Review) < first(Step::Release), "{path:?}");
            }
            if first(Step::Deliver).is_some() {
                assert!(first(Step::Release).is_some() && first(Step::Release) < first(Step::Deliver), "{path:?}");
                assert!(matches!(at, State::Delivered | State::Acknowledged), "{path:?}");
            }
        }
    }
}

#[test]
fn an_item_has_a_sender_a_recipient_and_something_to_pass_on() {
    let (victim, offender) = (person(1, Kind::Victim), person(2, Kind::Offender));
    let both = (&victim, &offender);
    let item = NewItem::parse(both, Mode::Shuttle, None, WORDS, None).unwrap();
    assert_eq!((item.from, item.to, item.words.expose().as_str()), (victim.id, offender.id, WORDS.words));
    let of_victim = letter(Some(Side::Victim));
    assert_eq!(NewItem::parse(both, Mode::Letter, Some(&of_victim), NOTHING, None).unwrap().document, Some(of_victim.id));
    assert!(NewItem::parse(both, Mode::Letter, None, Written { words: "", held_at: "locker 4, RJ Unit" }, None).is_ok());
    assert_eq!(reason(NewItem::parse(both, Mode::Letter, None, NOTHING, None)), "item-empty");
    assert_eq!(reason(NewItem::parse((&victim, &victim), Mode::Letter, None, WORDS, None)), "item-to-oneself");
    for side in [Some(Side::Offender), None] {
        let refused = NewItem::parse(both, Mode::Letter, Some(&letter(side)), NOTHING, None);
        assert_eq!(reason(refused), "item-document-of-another-side", "{side:?}");
    }
    let left = Leaving { wish: Wish::Own, reason: String::new().into(), recorded_by: "mediator-1".into(), at: OffsetDateTime::UNIX_EPOCH };
    let gone = Participant { left: Some(left), ..offender.clone() };
    for pair in [(&victim, &gone), (&gone, &victim)] {
        assert_eq!(reason(NewItem::parse(pair, Mode::Letter, None, WORDS, None)), "item-of-someone-who-left");
    }
}

// [D-VOM]
#[test]
fn an_item_passes_in_a_mode_in_which_nobody_meets() {
    let (victim, offender) = (person(1, Kind::Victim), person(2, Kind::Offender));
    let described = |direct| Mode::Other(Some(Described { id: Uuid::from_u64_pair(3, 3), direct }));
    for mode in Mode::ALL.into_iter().chain([described(true), described(false)]) {
        let parsed = NewItem::parse((&victim, &offender), mode, None, WORDS, None);
        assert_eq!(parsed.is_ok(), !mode.is_direct(), "{mode:?}");
    }
}

#[test]
fn advice_a_reason_and_a_way_are_asked_for_where_they_are_needed() {
    for step in Step::ALL.iter().copied() {
        let expected = match step {
            Step::Return => Err("advice-missing"),
            Step::Withhold => Err("reason-missing"),
            Step::Deliver => Err("way-missing"),
            _ => Ok(None),
        };
        assert_eq!(said(step, "  ", None).map(|(_, way)| way).map_err(|refusal| refusal.reason), expected, "{step:?}");
        let (words, way) = said(step, " so ", Some(Way::HandedOver)).unwrap();
        assert_eq!((words.expose().as_str(), way.is_some()), ("so", step == Step::Deliver));
    }
}

#[test]
fn every_code_comes_back_as_what_it_was() {
    assert!(State::ALL.iter().all(|state| state.code().parse().ok() == Some(*state)));
    assert!(Step::ALL.iter().all(|step| step.code().parse().ok() == Some(*step)));
    assert!(Way::ALL.iter().all(|way| way.code().parse().ok() == Some(*way)));
}
