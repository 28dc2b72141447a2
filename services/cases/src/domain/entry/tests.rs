//! Tests of entries.

use time::macros::datetime;

use super::*;
use crate::domain::participant::{
    leaving::{Leaving, Wish},
    person::NewParticipant,
};

const NOW: OffsetDateTime = datetime!(2026-11-30 12:00 UTC);
const THEN: OffsetDateTime = datetime!(2026-12-10 15:00 UTC);
const LATER: OffsetDateTime = datetime!(2026-12-10 18:00 UTC);

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

fn everyone() -> Vec<Participant> {
    vec![person(1, Kind::Victim, false), person(2, Kind::Offender, false), person(3, Kind::SupportPerson, true)]
}

const WRITTEN: Written<'static> = Written {
    site: "mission",
    starts_at: Some(THEN),
    ends_at: Some(LATER),
    participants: &[],
    mediator: "mediator-1",
    mediator_name: "Morgan Made-up",
    place: "room 4",
    words: "",
};

fn community() -> &'static str {
    include_str!("../../../data/site-kind.csv").lines().find_map(|line| line.strip_suffix(",community")).unwrap()
}

fn parse(purpose: Purpose, who: &[usize], written: Written<'_>) -> Result<NewEntry, &'static str> {
    let everyone = everyone();
    let asked: Vec<String> = who.iter().map(|n| everyone.get(*n).map_or_else(|| "nobody".to_owned(), |one| one.id.to_string())).collect();
    let file = OnFile { everyone: &everyone, number: "RC-4TQM-9XKD", person_at: Some("mission") };
    let needs = [Need::Tty, Need::Interpreter, Need::Tty];
    NewEntry::parse(purpose, Written { participants: &asked, ..written }, &needs, file, NOW).map_err(|refusal| refusal.reason)
}

// [R2a] [R6d]
#[test]
fn an_entry_has_somebody_who_enters_a_site_where_the_person_is_and_a_time_to_come() {
    let entry = parse(Purpose::Mediation, &[0, 0], WRITTEN).unwrap();
    assert_eq!((entry.visitors.len(), entry.needs), (1, vec![Need::Interpreter, Need::Tty]));
    let nobody = Written { mediator: "", ..WRITTEN };
    let far = Some(THEN + Duration::hours(25));
    for (purpose, who, written, reason) in [
        (Purpose::Mediation, [].as_slice(), nobody, "entry-of-nobody"),
        (Purpose::Mediation, &[1], WRITTEN, "entry-of-the-offender"),
        (Purpose::Mediation, &[2], WRITTEN, "entry-with-somebody-unknown"),
        (Purpose::Mediation, &[9], WRITTEN, "entry-with-somebody-unknown"),
        (Purpose::Mediation, &[0], Written { site: "kent", ..WRITTEN }, "entry-elsewhere"),
        (Purpose::Mediation, &[0], Written { site: "no-such-site", ..WRITTEN }, "entry-site-unknown"),
        (Purpose::Mediation, &[0], Written { site: "nhq", ..WRITTEN }, "entry-site-unknown"),
        (Purpose::Mediation, &[0], Written { starts_at: Some(NOW), ..WRITTEN }, "entry-window"),
        (Purpose::Mediation, &[0], Written { ends_at: Some(THEN), ..WRITTEN }, "entry-window"),
        (Purpose::Mediation, &[0], Written { ends_at: far, ..WRITTEN }, "entry-window"),
        (Purpose::Mediation, &[0], Written { ends_at: None, ..WRITTEN }, "entry-window"),
        (Purpose::Mediation, &[0], Written { mediator_name: " ", ..WRITTEN }, "name-missing"),
        (Purpose::Mediation, &[0], Written { place: "the mediation room", ..WRITTEN }, "entry-says-too-much"),
        (Purpose::Clearance, &[0], WRITTEN, "clearance-of-participants"),
        (Purpose::Clearance, &[], nobody, "mediator-missing"),
        (Purpose::Clearance, &[], Written { ends_at: Some(THEN + Duration::days(367)), ..WRITTEN }, "entry-window"),
    ] {
        assert_eq!(parse(purpose, who, written).err(), Some(reason), "{purpose:?} {who:?}");
    }
    assert!(
        parse(Purpose::Mediation, &[0, 1], Written { site: community(), ..WRITTEN }).is_ok(),
        "in the community the offender comes too"
    );
    let year = Written { site: "kent", starts_at: Some(NOW), ends_at: Some(NOW + Duration::days(366)), ..WRITTEN };
    assert!(parse(Purpose::Clearance, &[], year).is_ok(), "a clearance begins at once, and is of no case");
}

//
#[test]
fn a_refusal_has_grounds_and_reasons_and_an_approval_at_an_institution_the_outcome_of_the_screening() {
    let all = Answer { grounds: &[Ground::Safety, Ground::Safety], screening: Some(Screening::Done), words: "so" };
    for step in Step::ALL.iter().copied() {
        for inside in [true, false] {
            let expected = match step {
                Step::Decline => Some("grounds-missing"),
                Step::Represent => Some("representations-missing"),
                Step::Approve if inside => Some("screening-missing"),
                _ => None,
            };
            assert_eq!(Said::parse(step, Answer::default(), inside).err().map(|refusal| refusal.reason), expected, "{step:?}");
            let said = Said::parse(step, all, inside).unwrap();
            assert_eq!(said.grounds.len(), usize::from(step == Step::Decline));
            assert_eq!(said.screening.is_some(), step == Step::Approve && inside);
        }
    }
    let silent = Answer { words: " ", ..all };
    assert_eq!(Said::parse(Step::Decline, silent, true).unwrap_err().reason, "reasons-missing");
    let waived = Answer { screening: Some(Screening::Waived), ..silent };
    assert_eq!(Said::parse(Step::Approve, waived, true).unwrap_err().reason, "waiver-without-reason");
}

fn entry(state: State, changes: &[Change]) -> Entry {
    let hold = (!changes.is_empty()).then(|| Hold { id: Uuid::nil(), since: NOW, changes: changes.into() });
    let asked = parse(Purpose::Mediation, &[0], WRITTEN).unwrap();
    Entry { id: Uuid::nil(), asked, state, asked_by: "mediator-1".into(), asked_at: NOW, steps: Vec::new(), hold }
}

#[test]
fn what_changed_keeps_it_from_being_approved_and_used_and_only_some_of_it_is_confirmed() {
    let refused = |entry: &Entry, step, at| entry.in_time(step, at).err().map(|refusal| refusal.reason);
    let moved = entry(State::Approved, &[Change::Transferred, Change::Condition]);
    let conditioned = entry(State::Approved, &[Change::Condition]);
    for step in [Step::Approve, Step::Confirm] {
        assert_eq!(refused(&moved, step, NOW), Some("entry-on-hold"));
        assert_eq!(refused(&conditioned, step, NOW), None);
        assert_eq!(refused(&conditioned, step, LATER), Some("entry-over"));
    }
    assert_eq!(refused(&conditioned, Step::Use, THEN), Some("entry-on-hold"));
    let well = entry(State::Approved, &[]);
    assert_eq!((refused(&well, Step::Use, NOW), refused(&well, Step::Use, THEN)), (Some("entry-not-yet"), None));
    assert_eq!(conditioned.next(machine::By::Site, NOW), [Step::Decline, Step::Confirm]);
    assert_eq!(moved.next(machine::By::Site, NOW), [Step::Decline]);
    assert_eq!(well.next(machine::By::Asker, THEN), [Step::Use, Step::Cancel]);
}

#[test]
fn every_code_comes_back_as_what_it_was() {
    assert!(State::ALL.iter().all(|state| state.code().parse().ok() == Some(*state)));
    assert!(Step::ALL.iter().all(|step| step.code().parse().ok() == Some(*step)));
    assert!(Purpose::ALL.iter().all(|purpose| purpose.code().parse().ok() == Some(*purpose)));
    assert!(Need::ALL.iter().all(|need| need.code().parse().ok() == Some(*need)));
    assert!(Ground::ALL.iter().all(|ground| ground.code().parse().ok() == Some(*ground)));
    assert!(Screening::ALL.iter().all(|outcome| outcome.code().parse().ok() == Some(*outcome)));
    assert!(Change::ALL.iter().all(|change| change.code().parse().ok() == Some(*change)));
}
