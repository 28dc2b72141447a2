//! The complete stage machine: every move from every stage, and the effect of each condition alone [R3a, R4a, R4b].

use std::collections::BTreeSet;

use cases::domain::{
    assessment::Risk,
    case::stage::{Stage, Standing},
    consent::Status,
    gate::{
        conditions::{
            Facts, Latest, Person, Registered, Request, after_consent_ended, after_contact_frozen, after_indirect_only, after_left,
            after_taken_back, decide, upheld,
        },
        missing::Missing,
    },
    mode::{Described, Mode},
    participant::{
        kind::{Kind, Side},
        leaving::Wish,
    },
    review::Trigger,
};
use time::macros::date;
use uuid::Uuid;

use crate::world::{World, refusal};

const TODAY: time::Date = date!(2026 - 03 - 02);

fn standings() -> Vec<Standing> {
    let at_work = [Stage::Assessment, Stage::Preparation, Stage::Mediation, Stage::FollowUp];
    let standing = |stage, left| Standing { stage, left, mode: (stage == Stage::Mediation).then_some(Mode::Letter) };
    let mut all: Vec<_> = at_work.iter().map(|stage| standing(*stage, None)).collect();
    all.extend(at_work.iter().map(|left| standing(Stage::Paused, Some(*left))));
    all.push(standing(Stage::Closed, None));
    all
}

fn person(kind: Kind) -> Person {
    let latest = Latest { risk: Risk::Low, has_note: true, next_review_on: Some(TODAY) };
    Person { kind, latest: Some(latest), consents: BTreeSet::from([Mode::Letter, Mode::FaceToFace]), withdrawn: false }
}

/// A file on which nothing is missing.
fn complete(standing: Standing) -> Facts {
    Facts {
        standing,
        accepted: true,
        indirect_only: false,
        contact_frozen: false,
        condition_forbids: false,
        conditions_not_answered: false,
        safety_answered: true,
        mediator_assigned: true,
        mediator: Registered::WELL,
        open_reviews: BTreeSet::new(),
        people: vec![person(Kind::Victim), person(Kind::Offender), person(Kind::Interpreter)],
        nobody_stands_in: false,
        today: TODAY,
    }
}

/// A file with two people and nothing else.
fn bare(standing: Standing) -> Facts {
    let people = [Kind::Victim, Kind::Offender].map(|kind| Person { kind, latest: None, consents: BTreeSet::new(), withdrawn: true });
    Facts {
        accepted: false,
        mediator_assigned: false,
        contact_frozen: true,
        condition_forbids: true,
        conditions_not_answered: true,
        open_reviews: Trigger::ALL.iter().copied().collect(),
        safety_answered: false,
        indirect_only: true,
        people: people.into(),
        ..complete(standing)
    }
}

fn line(facts: &Facts, request: Request) -> String {
    match decide(facts, request) {
        Ok(after) if after == facts.standing => "stays".to_owned(),
        Ok(after) => format!("moves to {}", after.stage.code()),
        Err(missing) => missing.into_iter().map(Missing::code).collect::<Vec<_>>().join(", "),
    }
}

type Loss = fn(&mut Facts);

/// Everything that a case can lose, one by one.
const LOSSES: [(&str, Loss); 19] = [
    ("open-review", |f| f.open_reviews = [Trigger::Transfer].into()),
    ("acceptance", |f| f.accepted = false),
    ("mediator", |f| f.mediator_assigned = false),
    ("engagement", |f| (f.mediator_assigned, f.mediator.not_engaged) = (false, true)),
    ("training", |f| f.mediator.not_trained = true),
    ("conflict", |f| f.mediator.in_conflict = true),
    ("frozen", |f| f.contact_frozen = true),
    ("condition-forbids", |f| f.condition_forbids = true),
    ("conditions-not-answered", |f| f.conditions_not_answered = true),
    ("safety-silent", |f| f.safety_answered = false),
    ("indirect-only", |f| f.indirect_only = true),
    ("withdrawn", |f| of(f, Kind::Interpreter).withdrawn = true),
    ("consent", |f| of(f, Kind::Interpreter).consents.clear()),
    ("imminent", |f| of(f, Kind::Victim).latest.as_mut().unwrap().risk = Risk::Imminent),
    ("high-without-note", |f| of(f, Kind::Victim).latest = Some(Latest { risk: Risk::High, has_note: false, next_review_on: Some(TODAY) })),
    ("review", |f| of(f, Kind::Offender).latest.as_mut().unwrap().next_review_on = TODAY.previous_day()),
    ("assessment", |f| of(f, Kind::Offender).latest = None),
    ("offender", |f| f.people.retain(|p| p.kind != Kind::Offender)),
    ("victim", |f| f.people.retain(|p| p.kind != Kind::Victim)),
];

fn of(facts: &mut Facts, kind: Kind) -> &mut Person {
    facts.people.iter_mut().find(|p| p.kind == kind).unwrap()
}

fn table() -> String {
    let mut table = String::from("# from -> to: on a complete file | on a bare, frozen, indirect-only file without a reason\n");
    for standing in standings() {
        let from = standing.left.map_or_else(|| standing.stage.code().to_owned(), |left| format!("paused({})", left.code()));
        for &to in Stage::ALL {
            let request = Request { to, mode: Some(Mode::FaceToFace), has_reason: true };
            let whole = line(&complete(standing), request);
            let bare = line(&bare(standing), Request { has_reason: false, ..request });
            table.push_str(&format!("{from} -> {}: {whole} | {bare}\n", to.code()));
        }
    }
    table += "# where it stands by itself: on a complete file | on that bare file | with only this gone\n";
    for standing in standings() {
        let from = standing.left.map_or_else(|| standing.stage.code().to_owned(), |left| format!("paused({})", left.code()));
        let stands = |facts: &Facts| if upheld(facts) == standing { "stays" } else { "pauses" };
        table.push_str(&format!("{from}: {} | {} |", stands(&complete(standing)), stands(&bare(standing))));
        for (name, lose) in LOSSES {
            let mut facts = complete(standing);
            lose(&mut facts);
            table.push_str(&format!(" {name} {}", stands(&facts)));
        }
        table.push('\n');
    }
    table
}

#[test]
fn the_stage_table_is_the_one_that_was_agreed() {
    let now = table();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/stages.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let agreed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(agreed == now, "the table has changed; if that is meant, snapshots/stages.txt becomes:\n{now}");
}

fn missing(change: impl FnOnce(&mut Facts), to: Stage, mode: Option<Mode>) -> Vec<Missing> {
    let from = if to == Stage::Mediation { Stage::Preparation } else { Stage::Assessment };
    let mut facts = complete(Standing { stage: from, left: None, mode: None });
    change(&mut facts);
    decide(&facts, Request { to, mode, has_reason: false }).err().unwrap_or_default()
}

fn latest(kind: Kind, change: impl Fn(&mut Latest)) -> impl FnOnce(&mut Facts) {
    move |facts| facts.people.iter_mut().filter(|p| p.kind == kind).filter_map(|p| p.latest.as_mut()).for_each(change)
}

// [R4a] [D-mediator] [D-RO]
#[test]
fn each_condition_of_preparation_alone_holds_the_case_back() {
    let to = Stage::Preparation;
    assert_eq!(missing(|_| {}, to, None), []);
    assert_eq!(missing(|f| f.mediator_assigned = false, to, None), [Missing::Mediator]);
    assert_eq!(missing(|f| (f.mediator_assigned, f.mediator.not_engaged) = (false, true), to, None), [Missing::Engagement]);
    assert_eq!(
        missing(|f| (f.mediator.not_trained, f.mediator.in_conflict) = (true, true), to, None),
        [Missing::Training, Missing::Conflict]
    );
    assert_eq!(missing(|f| f.people.retain(|p| p.kind != Kind::Offender), to, None), [Missing::Participant(Side::Offender)]);
    assert_eq!(missing(|f| f.people.retain(|p| p.kind != Kind::Victim), to, None), [Missing::Participant(Side::Victim)]);
    assert_eq!(missing(|f| f.people[0].latest = None, to, None), [Missing::Assessment(Kind::Victim)]);
    let yesterday = |l: &mut Latest| l.next_review_on = TODAY.previous_day();
    assert_eq!(missing(latest(Kind::Offender, yesterday), to, None), [Missing::Review(Kind::Offender)]);
    assert_eq!(missing(latest(Kind::Victim, |l| l.next_review_on = None), to, None), [Missing::Review(Kind::Victim)]);
    let indirect = |f: &mut Facts| f.indirect_only = true;
    assert_eq!(missing(indirect, to, Some(Mode::Group)), [Missing::IndirectOnly(Mode::Group)]);
    // Neither a freeze, nor a consent, nor the review of an interpreter concerns preparation.
    assert_eq!(missing(|f| f.contact_frozen = true, to, None), []);
    assert_eq!(missing(|f| f.people.iter_mut().for_each(|p| p.consents.clear()), to, None), []);
    assert_eq!(missing(|f| f.people[2].latest = None, to, None), []);
    // A representative stands for a victim who is not on the file, and for none who went or was sent away.
    assert_eq!(missing(|f| f.people[0] = person(Kind::Representative), to, None), []);
    let went = |f: &mut Facts| (f.people[0], f.nobody_stands_in) = (person(Kind::Representative), true);
    assert_eq!(missing(went, to, None), [Missing::Participant(Side::Victim)]);
}

// [IM1c] [D-RO]
#[test]
fn what_cannot_go_on_without_who_left_stops_and_what_can_goes_on() {
    for standing in standings() {
        for &wish in Wish::ALL {
            for &kind in Kind::ALL {
                // They are not among the people any more.
                let mut without = complete(standing);
                let alone = kind == Kind::Offender || kind == Kind::Victim;
                without.people.retain(|p| p.kind != kind);
                let stops = wish == Wish::Own || standing.stage == Stage::Mediation || alone;
                let after = after_left(&without, kind, wish);
                let expected = if standing.stage.is_at_work() && stops {
                    Standing { stage: Stage::Paused, left: Some(standing.stage), ..standing }
                } else {
                    standing
                };
                assert_eq!(after, expected, "{kind:?} {wish:?} from {standing:?}");
                // One of two who stand for a side leaves somebody who does.
                if alone {
                    let after = after_left(&complete(standing), kind, wish);
                    assert_eq!(after != standing, standing.stage.is_at_work() && (wish == Wish::Own || standing.stage == Stage::Mediation));
                }
            }
        }
    }
}

// [R4b] [RM1] [RM1b] [L26.1-2]
#[test]
fn each_condition_of_mediation_alone_holds_the_case_back() {
    let to = Stage::Mediation;
    let letter = Some(Mode::Letter);
    assert_eq!(missing(|_| {}, to, letter), []);
    assert_eq!(missing(|_| {}, to, None), [Missing::Mode]);
    assert_eq!(missing(|f| f.mediator_assigned = false, to, letter), [Missing::Mediator]);
    assert_eq!(missing(|f| f.contact_frozen = true, to, letter), [Missing::ContactFrozen]);
    assert_eq!(missing(|f| f.safety_answered = false, to, letter), [Missing::SafetyAnswer]);
    for (index, kind) in [Kind::Victim, Kind::Offender, Kind::Interpreter].into_iter().enumerate() {
        assert_eq!(missing(|f| f.people[index].consents.clear(), to, letter), [Missing::Consent(kind, Mode::Letter)]);
        assert_eq!(missing(latest(kind, |l| l.risk = Risk::Imminent), to, letter), [Missing::ImminentRisk(kind)]);
        assert_eq!(missing(latest(kind, |l| l.next_review_on = TODAY.previous_day()), to, letter), [Missing::Review(kind)]);
        let silent = |l: &mut Latest| (l.risk, l.has_note) = (Risk::High, false);
        assert_eq!(missing(latest(kind, silent), to, letter), [Missing::NoteOnHighRisk(kind)]);
        assert_eq!(missing(latest(kind, |l| l.risk = Risk::High), to, letter), []);
    }
}

fn described(id: u128, direct: bool) -> Mode {
    Mode::Other(Some(Described { id: Uuid::from_u128(id), direct }))
}

/// Every mode, another one as it is described: two that are direct, and one that is not.
fn modes() -> BTreeSet<Mode> {
    let listed = Mode::ALL.into_iter().filter(|mode| *mode != Mode::Other(None));
    listed.chain([described(1, true), described(2, true), described(3, false)]).collect()
}

// [D-VOM]
#[test]
fn a_mode_that_nobody_described_is_neither_prepared_for_nor_entered() {
    let everything = |f: &mut Facts| f.people.iter_mut().for_each(|p| p.consents.extend(Mode::ALL));
    for to in [Stage::Preparation, Stage::Mediation] {
        assert_eq!(missing(everything, to, Some(Mode::Other(None))), [Missing::Description]);
    }
}

#[test]
fn indirect_only_refuses_to_meet_and_nothing_else() {
    for mode in modes() {
        let people = |f: &mut Facts| {
            f.indirect_only = true;
            f.people.iter_mut().for_each(|p| p.consents = modes());
        };
        let direct = [Mode::FaceToFace, Mode::Group, described(1, true), described(2, true)];
        let expected: Vec<_> = direct.contains(&mode).then_some(Missing::IndirectOnly(mode)).into_iter().collect();
        assert_eq!(missing(people, Stage::Mediation, Some(mode)), expected, "{mode:?}");
    }
}

#[test]
fn consents_to_other_modes_open_nothing() {
    for mode in modes() {
        let others = |f: &mut Facts| f.people[0].consents = modes().into_iter().filter(|m| *m != mode).collect();
        let missing = missing(others, Stage::Mediation, Some(mode));
        assert!(missing.contains(&Missing::Consent(Kind::Victim, mode)), "{mode:?}");
    }
}

// [IM1c]
#[test]
fn a_withdrawal_stops_whatever_is_under_way_and_an_expired_consent_stops_mediation_and_preparation_for_its_mode() {
    for standing in standings() {
        for prepared in [None, Some(Mode::Letter), Some(Mode::Video)] {
            let before = Standing { mode: prepared.or(standing.mode), ..standing };
            let paused = Standing { stage: Stage::Paused, left: Some(before.stage), mode: before.mode };
            for &status in Status::ALL {
                let stops = match status {
                    Status::Offered | Status::Given => false,
                    Status::Withdrawn => before.stage.is_at_work(),
                    Status::Expired => {
                        before.stage == Stage::Mediation || before.stage == Stage::Preparation && before.mode == Some(Mode::Letter)
                    }
                };
                assert_eq!(after_consent_ended(before, status, Mode::Letter), if stops { paused } else { before }, "{status:?}");
            }
        }
    }
}

// [RM1] [RM1b]
#[test]
fn mediation_stops_when_contact_is_frozen_and_no_other_stage_does() {
    for before in standings() {
        let after = after_contact_frozen(before);
        assert_eq!(after != before, before.stage == Stage::Mediation);
        assert_eq!(after.left, if before.stage == Stage::Mediation { Some(Stage::Mediation) } else { before.left });
    }
}

// [IM1c] [R3a]
#[test]
fn after_a_withdrawal_no_stage_at_work_is_entered_until_the_participant_turned_back() {
    for standing in standings() {
        for to in Stage::ALL.iter().copied().filter(|to| to.is_at_work()) {
            let mut facts = complete(standing);
            facts.people[2].withdrawn = true;
            let outcome = decide(&facts, Request { to, mode: Some(Mode::Letter), has_reason: true });
            let refused = outcome.unwrap_err();
            assert!(
                refused.contains(&Missing::OwnInitiative(Kind::Interpreter)) || matches!(refused[..], [Missing::NoSuchMove { .. }]),
                "{standing:?} -> {to:?}: {refused:?}"
            );
        }
    }
}

// [R4b]
#[test]
fn whoever_asks_to_stay_in_mediation_is_answered_by_the_whole_gate() {
    let standing = Standing { stage: Stage::Mediation, left: None, mode: Some(Mode::Letter) };
    for mode in [None, Some(Mode::Letter)] {
        let request = Request { to: Stage::Mediation, mode, has_reason: false };
        assert_eq!(decide(&complete(standing), request), Ok(standing));
        for (name, lose) in LOSSES.iter().filter(|(name, _)| *name != "indirect-only") {
            let mut facts = complete(standing);
            lose(&mut facts);
            assert!(decide(&facts, request).is_err(), "{name}");
        }
    }
}

#[test]
fn only_a_meeting_stops_when_indirect_communication_is_all_that_is_allowed() {
    for mode in modes() {
        let before = Standing { stage: Stage::Mediation, left: None, mode: Some(mode) };
        let stopped = after_indirect_only(before).stage == Stage::Paused;
        assert_eq!(stopped, mode.is_direct(), "{mode:?}");
    }
}

#[test]
fn whatever_is_under_way_stops_when_the_acceptance_is_taken_back() {
    for before in standings() {
        let after = after_taken_back(before);
        let expected =
            if before.stage.is_at_work() { Standing { stage: Stage::Paused, left: Some(before.stage), ..before } } else { before };
        assert_eq!(after, expected);
    }
}

#[tokio::test]
async fn a_case_goes_from_assessment_to_its_end_and_begins_again() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    world.go(&case, Stage::FollowUp, "").await.unwrap();
    world.go(&case, Stage::Paused, "").await.unwrap();
    assert_eq!(refusal(world.go(&case, Stage::Preparation, "").await).reason, "no-such-move");
    world.go(&case, Stage::FollowUp, "").await.unwrap();
    world.go(&case, Stage::Closed, "").await.unwrap();
    world.go(&case, Stage::Assessment, "").await.unwrap();
    world.go(&case, Stage::Assessment, "").await.unwrap();
    let standing = world.read(&case).await.file.standing;
    assert_eq!(standing, Standing { stage: Stage::Assessment, left: None, mode: None });
    let steps: Vec<String> =
        sqlx::query_scalar("select to_stage from case_move order by position").fetch_all(&world.db.admin).await.unwrap();
    let expected = ["assessment", "preparation", "mediation", "follow_up", "paused", "follow_up", "closed", "assessment"];
    assert_eq!(steps, expected);
    assert_eq!(world.outbox(proto::subject::CASE_MOVED).await.len(), expected.len() - 1);
}

#[tokio::test]
async fn a_refused_move_names_every_missing_condition_at_once() {
    let world = World::new().await;
    let case = world.open().await;
    let refused = refusal(world.go(&case, Stage::Preparation, "").await);
    for code in ["mediator-missing", "assessment-missing:victim", "assessment-missing:offender"] {
        assert!(refused.en.contains(code) && refused.fr.contains(code), "{code}");
    }
}
