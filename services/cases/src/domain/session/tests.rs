//! Tests of sessions.

use time::macros::datetime;

use super::*;
use crate::domain::participant::{
    kind::Kind,
    leaving::{Leaving, Wish},
    person::NewParticipant,
};

const NOW: OffsetDateTime = datetime!(2026-11-30 12:00 UTC);
const THEN: OffsetDateTime = datetime!(2026-12-10 15:00 UTC);
const ROOM: Written<'static> = Written { place: "room 4, parole office", needs: "an interpreter", co_mediator: "" };

fn person(n: u64, kind: Kind, gone: bool) -> Participant {
    let left = Leaving { wish: Wish::Own, reason: String::new().into(), recorded_by: "mediator-1".into(), at: NOW };
    Participant {
        id: ParticipantId::new(Uuid::from_u64_pair(1, n)),
        person: NewParticipant::parse(kind, "Robin Fictional", "", "en").unwrap(),
        added_at: NOW,
        formerly: None,
        left: gone.then_some(left),
    }
}

fn file() -> Vec<Participant> {
    vec![person(1, Kind::Victim, false), person(2, Kind::Offender, false), person(3, Kind::SupportPerson, true)]
}

fn parse(mode: Mode, at: Option<OffsetDateTime>, who: &[usize], written: Written<'_>) -> Result<NewSession, &'static str> {
    let file = file();
    let asked: Vec<String> = who.iter().map(|n| file.get(*n).map_or_else(|| "nobody".to_owned(), |one| one.id.to_string())).collect();
    NewSession::parse(mode, at, &asked, &file, written, NOW).map_err(|refusal| refusal.reason)
}

#[test]
fn a_session_has_a_time_to_come_a_place_and_two_people_of_the_case_at_least() {
    let session = parse(Mode::FaceToFace, Some(THEN), &[1, 0, 1], ROOM).unwrap();
    assert_eq!(session.participants, [file()[0].id, file()[1].id], "each once, in the order of the file");
    for (mode, at, who, written, reason) in [
        (Mode::Letter, Some(THEN), [0, 1], ROOM, "session-by-letter"),
        (Mode::Group, Some(NOW), [0, 1], ROOM, "session-in-the-past"),
        (Mode::Group, None, [0, 1], ROOM, "session-in-the-past"),
        (Mode::Group, Some(THEN), [0, 0], ROOM, "session-with-too-few"),
        (Mode::Group, Some(THEN), [0, 2], ROOM, "session-with-somebody-unknown"),
        (Mode::Group, Some(THEN), [0, 9], ROOM, "session-with-somebody-unknown"),
        (Mode::Group, Some(THEN), [0, 1], Written { place: " ", ..ROOM }, "place-missing"),
    ] {
        assert_eq!(parse(mode, at, &who, written), Err(reason), "{mode:?}");
    }
}

#[test]
fn a_cancellation_has_a_reason_an_end_its_outcome_a_debrief_its_side_and_nothing_else_is_kept() {
    let all = Asked { words: "so", outcome: Some(Outcome::Completed), side: Some(Side::Victim), next_on: "2027-02-01" };
    for step in Step::ALL.iter().copied() {
        let expected = match step {
            Step::Cancel => Some("reason-missing"),
            Step::End => Some("outcome-missing"),
            Step::Debrief => Some("side-missing"),
            _ => None,
        };
        assert_eq!(Said::parse(step, Asked::default()).err().map(|refusal| refusal.reason), expected, "{step:?}");
        let said = Said::parse(step, all).unwrap();
        assert_eq!(said.outcome.is_some(), step == Step::End);
        assert_eq!(said.side.is_some(), step == Step::Debrief);
        assert_eq!(said.next_on.is_some(), step == Step::FollowUp);
    }
    let never = Asked { next_on: "2027-02-30", ..all };
    assert_eq!(Said::parse(Step::FollowUp, never).unwrap_err().reason, "date-malformed");
}

// [R4b]
#[test]
fn nothing_is_held_that_was_not_confirmed_and_begun() {
    let mut paths = vec![(State::Planned, Vec::new())];
    for _ in 0..6 {
        let further = |(at, path): (State, Vec<Step>)| {
            let longer = move |step: &Step| (step.leads_to(), [path.as_slice(), &[*step]].concat());
            machine::steps(at).iter().map(longer).collect::<Vec<_>>()
        };
        paths = paths.into_iter().flat_map(further).collect();
        for (at, path) in paths.iter().filter(|(at, _)| matches!(at, State::UnderWay | State::Held | State::Done)) {
            assert_eq!(path.iter().take(2).collect::<Vec<_>>(), [&Step::Confirm, &Step::Begin], "{at:?}");
        }
    }
}

#[test]
fn every_code_comes_back_as_what_it_was() {
    assert!(State::ALL.iter().all(|state| state.code().parse().ok() == Some(*state)));
    assert!(Step::ALL.iter().all(|step| step.code().parse().ok() == Some(*step)));
    assert!(Outcome::ALL.iter().all(|outcome| outcome.code().parse().ok() == Some(*outcome)));
}
