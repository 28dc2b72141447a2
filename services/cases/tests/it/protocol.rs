//! The protocols: drafted by one person and approved by another, in force from a moment on, and followed by every step [R1, X-785-1, P1].

use std::{fmt::Write as _, fs, path::Path};

use base::{Caller, Error, Result};
use cases::{
    app::{
        clause::get_clause,
        mode::describe_mode,
        protocol::{
            decide::{approve, send_back},
            draft::{amend_draft, begin_draft, put_part, remove_part, submit},
            read::{get_protocol, list_protocols},
        },
        step::list_steps,
    },
    domain::{
        access::decision::Verb,
        assessment::Risk,
        clause::Use,
        protocol::{
            compare::Compared,
            machine::{Command, State, next},
            part::{Given, Kind},
            rule::Requirement,
        },
    },
};
use proto::role;
use sqlx::Executor as _;
use time::{Duration, OffsetDateTime, macros::datetime};

use crate::world::{NOW, World, caller, mediator, national_manager, officer, refusal, supervisor};

/// Midnight in Ottawa, as the fourth of March begins there and as the fifth does.
const FOURTH: OffsetDateTime = datetime!(2026-03-04 05:00 UTC);
const FIFTH: OffsetDateTime = datetime!(2026-03-05 05:00 UTC);

fn acce() -> Caller {
    caller("acce-1", &[role::ACCE])
}

/// Wording that no step is held to.
const WORDING: Given<'_> = Given {
    kind: Kind::Wording,
    key: "greeting",
    clause: "X-785-1",
    en: "Good morning. This is an invented text.",
    fr: "Bonjour. Ce texte est inventé.",
    step: "",
    requirement: None,
};
/// A rule that nobody describes another mode.
const RULE: Given<'_> = Given {
    kind: Kind::Rule,
    key: "no-new-modes",
    clause: "D-VOM",
    en: "An invented rule: no mode is described while the list is revised.",
    fr: "Une règle inventée : aucun mode n’est décrit pendant la révision de la liste.",
    step: "mode.describe",
    requirement: Some(Requirement::NotTaken),
};

async fn drafted(world: &World, day: &str, parts: &[Given<'_>]) -> i32 {
    let number = begin_draft(&world.app, &national_manager(), "Invented protocols", day).await.unwrap();
    for part in parts {
        put_part(&world.app, &national_manager(), number, part).await.unwrap();
    }
    number
}

/// A version that was approved, and takes effect as a day begins.
async fn approved(world: &World, day: &str, parts: &[Given<'_>]) -> i32 {
    let number = drafted(world, day, parts).await;
    assert_eq!(submit(&world.app, &national_manager(), number).await.unwrap(), State::Submitted);
    assert_eq!(approve(&world.app, &acce(), number).await.unwrap().0, State::Approved);
    number
}

fn go_to(world: &World, moment: OffsetDateTime) {
    world.app.clock.advance(moment - world.app.clock.now());
}

async fn in_force(world: &World) -> Option<i32> {
    list_protocols(&world.app, &officer()).await.unwrap().1
}

fn table() -> String {
    let mut now = String::from("# state, command: the state after it, or the refusal\n");
    for &state in State::ALL {
        let _ = writeln!(now, "{}", state.code());
        for &command in Command::ALL {
            let after = next(state, command).map_or_else(|r| format!("refused: {} [{}]", r.reason, r.clause), |s| s.code().to_owned());
            let _ = writeln!(now, "  {}: {after}", command.code());
        }
    }
    now
}

#[test]
fn the_states_of_a_version_are_those_that_were_agreed() {
    let now = table();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/protocols.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let agreed = fs::read_to_string(&path).unwrap_or_default();
    assert!(agreed == now, "the table has changed; if that is meant, snapshots/protocols.txt becomes:\n{now}");
}

// [R1] [X-785-1]
#[tokio::test]
async fn a_step_at_23_59_cites_the_old_version_and_one_at_00_01_the_new_and_what_violates_the_new_one_is_refused_with_its_clause() {
    let world = World::new().await;
    let old = approved(&world, "2026-03-04", &[WORDING]).await;
    let new = approved(&world, "2026-03-05", &[WORDING, RULE]).await;
    go_to(&world, FOURTH);
    assert_eq!(in_force(&world).await, Some(old));
    let case = world.open().await;

    go_to(&world, FIFTH - Duration::MINUTE);
    world.describe(&case, "read aloud by an invented reader").await;
    go_to(&world, FIFTH + Duration::MINUTE);
    assert_eq!(in_force(&world).await, Some(new));
    let refused = refusal(describe_mode(&world.app, &officer(), &case.id, "sung").await);
    assert_eq!((refused.reason, refused.clause), ("protocol-not-followed", "D-VOM"));
    assert!(refused.en.contains("An invented rule") && refused.fr.contains("Une règle inventée"), "{} {}", refused.en, refused.fr);
    world.assess(&case, case.victim, Risk::Low, "calm", "").await.unwrap();

    let steps = list_steps(&world.app, &officer(), &case.id).await.unwrap();
    let said: Vec<(Verb, Option<i32>)> = steps.iter().map(|taken| (taken.step, taken.protocol)).collect();
    assert_eq!(said, [(Verb::RecordAssessment, Some(new)), (Verb::DescribeMode, Some(old)), (Verb::Open, Some(old))]);
}

// [R1]
#[tokio::test]
async fn until_a_text_is_approved_there_is_no_protocol_in_force_and_a_step_says_so() {
    let world = World::new().await;
    let case = world.open().await;
    assert_eq!(in_force(&world).await, None);
    assert!(matches!(get_protocol(&world.app, &officer(), 0).await, Err(Error::NotFound)));
    drafted(&world, "2026-03-04", &[RULE]).await;
    go_to(&world, FOURTH + Duration::MINUTE);
    world.describe(&case, "a draft binds nobody").await;
    let steps = list_steps(&world.app, &officer(), &case.id).await.unwrap();
    assert!(steps.len() == 2 && steps.iter().all(|taken| taken.protocol.is_none()), "{steps:?}");
}

// [R1]
#[tokio::test]
async fn one_person_drafts_and_another_approves_and_nothing_is_retroactive() {
    let world = World::new().await;
    let manager = national_manager();
    let number = drafted(&world, "", &[]).await;
    let reason = |ended: Result<State>| refusal(ended).reason;
    assert_eq!(reason(submit(&world.app, &manager, number).await), "effective-day-missing");
    amend_draft(&world.app, &manager, number, "Invented", "2026-03-04").await.unwrap();
    assert_eq!(reason(submit(&world.app, &manager, number).await), "protocol-empty");
    put_part(&world.app, &manager, number, &RULE).await.unwrap();
    assert_eq!(refusal(approve(&world.app, &acce(), number).await).reason, "protocol-not-submitted");
    submit(&world.app, &manager, number).await.unwrap();
    assert_eq!(submit(&world.app, &manager, number).await.unwrap(), State::Submitted);
    assert_eq!(refusal(put_part(&world.app, &manager, number, &WORDING).await).reason, "protocol-waits");
    // Whoever has both roles is one person still.
    let both = caller("national-manager-1", &[role::NATIONAL_MANAGER, role::ACCE]);
    assert_eq!(refusal(approve(&world.app, &both, number).await).reason, "protocol-own-draft");
    assert_eq!(reason(send_back(&world.app, &acce(), number, " ").await), "reason-missing");
    assert_eq!(send_back(&world.app, &acce(), number, "one word is missing").await.unwrap(), State::Returned);
    put_part(&world.app, &manager, number, &WORDING).await.unwrap();
    submit(&world.app, &manager, number).await.unwrap();
    go_to(&world, FOURTH);
    assert_eq!(refusal(approve(&world.app, &acce(), number).await).reason, "protocol-retroactive");
    let told = get_protocol(&world.app, &acce(), number).await.unwrap();
    let acts: Vec<(&str, &str)> = told.acts.iter().map(|done| (done.command.code(), done.by.as_str())).collect();
    assert_eq!(acts[..4], [("draft", "national-manager-1"); 3].into_iter().chain([("submit", "national-manager-1")]).collect::<Vec<_>>());
    assert_eq!(acts[4], ("return", "acce-1"));
}

// [R1]
#[tokio::test]
async fn an_approved_version_can_be_sent_back_until_its_moment_and_is_on_the_record_for_ever_after() {
    let world = World::new().await;
    let number = approved(&world, "2026-03-04", &[RULE]).await;
    assert_eq!(approve(&world.app, &acce(), number).await.unwrap(), (State::Approved, FOURTH));
    let second = drafted(&world, "2026-03-04", &[WORDING]).await;
    submit(&world.app, &national_manager(), second).await.unwrap();
    assert_eq!(refusal(approve(&world.app, &acce(), second).await).reason, "effective-day-taken");
    assert_eq!(send_back(&world.app, &acce(), number, "an error was found").await.unwrap(), State::Returned);
    approve(&world.app, &acce(), second).await.unwrap();
    go_to(&world, FOURTH);
    assert_eq!(in_force(&world).await, Some(second));
    assert_eq!(refusal(send_back(&world.app, &acce(), second, "too late").await).reason, "protocol-took-effect");
    assert_eq!(refusal(put_part(&world.app, &national_manager(), second, &RULE).await).reason, "protocol-decided");
    let rewritten = ["update protocol set title = 'x'", "update protocol_part set text_en = 'x'", "delete from protocol_part"];
    for statement in rewritten.into_iter().chain(["update protocol_act set taken_by = 'x'", "update case_step set taken_by = 'x'"]) {
        let mut tx = world.app.begin(&national_manager()).await.unwrap();
        assert!(tx.execute(statement).await.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn a_draft_begins_with_the_parts_in_force_and_is_compared_with_them() {
    let world = World::new().await;
    approved(&world, "2026-03-04", &[WORDING, RULE]).await;
    go_to(&world, FOURTH);
    let number = drafted(&world, "2026-04-01", &[Given { en: "Good day.", ..WORDING }, Given { key: "closing", ..WORDING }]).await;
    remove_part(&world.app, &national_manager(), number, Kind::Rule, "no-new-modes").await.unwrap();
    assert_eq!(refusal(remove_part(&world.app, &national_manager(), number, Kind::Rule, "no-new-modes").await).reason, "part-unknown");
    let whole = get_protocol(&world.app, &supervisor(), number).await.unwrap();
    let said: Vec<&str> = whole
        .parts
        .iter()
        .map(|compared| match compared {
            Compared::Same(_) => "same",
            Compared::Added(_) => "added",
            Compared::Changed { .. } => "changed",
            Compared::Removed(_) => "removed",
        })
        .collect();
    assert_eq!(said, ["removed", "added", "changed"]);
}

#[tokio::test]
async fn drafts_and_who_wrote_them_are_for_whoever_drafts_and_approves_and_no_case_is_for_the_approver() {
    let world = World::new().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    let draft = drafted(&world, "2026-03-05", &[RULE]).await;
    let number = approved(&world, "2026-03-04", &[WORDING]).await;
    go_to(&world, FOURTH);
    let reader = mediator("mediator-1");
    let numbers =
        async |who: &Caller| list_protocols(&world.app, who).await.unwrap().0.iter().map(|version| version.number).collect::<Vec<_>>();
    assert_eq!((numbers(&reader).await, numbers(&acce()).await), (vec![number], vec![number, draft]));
    assert!(matches!(get_protocol(&world.app, &reader, draft).await, Err(Error::NotFound)));
    let read = get_protocol(&world.app, &reader, 0).await.unwrap();
    assert!(read.acts.is_empty() && read.parts.len() == 1 && read.version.state(NOW) == State::Approved);
    assert!(list_steps(&world.app, &reader, &case.id).await.is_ok());
    for stranger in [mediator("mediator-2"), acce()] {
        assert!(matches!(list_steps(&world.app, &stranger, &case.id).await, Err(Error::NotFound)), "{}", stranger.subject);
    }
}

// [P1]
#[test]
fn the_page_of_a_clause_says_which_refusals_and_permissions_name_it() {
    let (clause, uses) = get_clause("R1").unwrap();
    assert!(!clause.en.is_empty() && !clause.fr.is_empty());
    assert!(uses.contains(&Use::Permission { service: "cases", permission: "protocol.approve" }));
    assert!(uses.iter().any(|one| matches!(one, Use::Refusal { service: "cases", reason: "protocol-own-draft", .. })));
    assert!(matches!(get_clause("R99"), Err(Error::NotFound)));
}
