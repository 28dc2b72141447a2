//! Portfolios: an officer works the cases in their own; supervisors and the National Manager see every case [R3c].

use auth::{access, grants::Line};
use base::Caller;
use cases::{
    access::RULES,
    app::{
        access::assign_officer::{assign_officer, end_officer},
        break_glass::{open::break_glass, review::end_break_glass},
        case::read,
        mediator::assign::assign_mediator,
    },
    bus::case::screened,
    domain::case::filter::{Filter, Wait},
    grpc::Server,
};
use harness::uniform::asked;
use prost::Message;
use proto::{
    cases::v1::{CaseTies, GetCaseRequest, OfficerAssigned, case_service_server::CaseService},
    intake::v1::{Disposition, GetReferralResponse, Referral, ReferralScreened},
    role, subject,
};
use time::Duration;

use crate::world::{NOW, World, caller, mediator, officer, other_officer, refusal, supervisor};

async fn listed(world: &World, who: &Caller, filter: &Filter) -> Vec<String> {
    let page = read::list_cases(&world.app, who, filter, 0, "").await.unwrap();
    assert!(page.next.is_empty());
    page.cases.iter().map(|file| file.id.to_string()).collect()
}

#[tokio::test]
async fn the_officer_who_screened_has_the_case_and_for_another_officer_it_does_not_exist() {
    let world = World::new().await;
    let case = world.open().await;
    assert_eq!(world.read(&case).await.file.officers, [officer().subject]);
    let told = world.outbox(subject::OFFICER_ASSIGNED).await;
    let told = OfficerAssigned::decode(told[0].as_slice()).unwrap();
    assert_eq!((told.case_id.as_str(), told.officer.as_str()), (case.id.as_str(), "rj-officer-1"));
    assert_eq!(listed(&world, &officer(), &Filter::default()).await, [case.id.as_str()]);
    assert!(listed(&world, &other_officer(), &Filter::default()).await.is_empty());
    let door = Server::new(world.app.clone());
    let number = world.read(&case).await.file.number;
    let absent = proto::reference::make("RC", 4_711);
    let mut answers = Vec::new();
    for case_ref in [case.id.clone(), number, absent, uuid::Uuid::from_u128(77).to_string()] {
        let status = door.get_case(asked(&other_officer(), GetCaseRequest { case_ref })).await.err().unwrap();
        answers.push((status.code(), status.message().to_owned(), status.details().to_vec()));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.0 == tonic::Code::NotFound));
    for who in [supervisor(), caller("national-manager-1", &[role::NATIONAL_MANAGER])] {
        assert!(world.can_read(&who, &case).await);
    }
}

#[tokio::test]
async fn a_case_that_nobody_is_known_to_have_screened_waits_for_a_supervisor_to_assign_it() {
    let world = World::new().await;
    let mut decision = world.screened(false);
    decision.screened_by = None;
    world.apply(&decision).await.unwrap();
    let theirs = world.open().await;
    let waiting = listed(&world, &supervisor(), &Filter::waiting_for(Wait::Officer)).await;
    assert_eq!(waiting.len(), 1);
    assert_ne!(waiting[0], theirs.id);
    assert!(listed(&world, &officer(), &Filter::waiting_for(Wait::Officer)).await.is_empty());
    assign_officer(&world.app, &supervisor(), &waiting[0], "rj-officer-2", None).await.unwrap();
    assert!(listed(&world, &supervisor(), &Filter::waiting_for(Wait::Officer)).await.is_empty());
    assert_eq!(listed(&world, &other_officer(), &Filter::default()).await, waiting);
}

#[tokio::test]
async fn several_officers_may_have_one_case_and_each_loses_it_in_the_moment_it_is_taken_or_runs_out() {
    let world = World::new().await;
    let case = world.open().await;
    let until = Some(NOW + Duration::days(7));
    for _ in 0..2 {
        assign_officer(&world.app, &supervisor(), &case.id, "rj-officer-2", until).await.unwrap();
    }
    assert_eq!(world.outbox(subject::OFFICER_ASSIGNED).await.len(), 2, "told once each");
    assert_eq!(world.read(&case).await.file.officers, ["rj-officer-1", "rj-officer-2"]);
    assert!(world.can_read(&officer(), &case).await && world.can_read(&other_officer(), &case).await);
    world.app.clock.advance(Duration::days(7));
    assert!(!world.can_read(&other_officer(), &case).await);
    for _ in 0..2 {
        end_officer(&world.app, &supervisor(), &case.id, "rj-officer-1").await.unwrap();
    }
    assert!(!world.can_read(&officer(), &case).await);
    assert_eq!(listed(&world, &supervisor(), &Filter::waiting_for(Wait::Officer)).await, [case.id.as_str()]);
    let never = end_officer(&world.app, &supervisor(), &case.id, "rj-officer-3").await;
    assert_eq!(refusal(never).reason, "not-in-portfolio");
    let nobody = assign_officer(&world.app, &supervisor(), &case.id, "  ", None).await;
    assert_eq!(refusal(nobody).reason, "officer-missing");
    let past = assign_officer(&world.app, &supervisor(), &case.id, "rj-officer-2", Some(NOW)).await;
    assert_eq!(refusal(past).reason, "assignment-already-over");
}

#[tokio::test]
async fn a_line_in_the_access_list_outlives_no_role() {
    let world = World::new().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    let (was_officer, was_mediator) = (mediator("rj-officer-1"), caller("mediator-1", &[role::RJ_OFFICER]));
    for former in [was_officer, was_mediator, caller("rj-officer-1", &[role::STAFF])] {
        assert!(!world.can_read(&former, &case).await, "{former:?}");
        assert!(listed(&world, &former, &Filter::default()).await.is_empty());
    }
}

#[test]
fn only_supervisors_and_the_national_manager_put_cases_into_portfolios() {
    for method in [
        "/ro.cases.v1.AccessService/AssignOfficer",
        "/ro.cases.v1.AccessService/EndOfficer",
        "/ro.cases.v1.BreakGlassService/ListBreakGlass",
        "/ro.cases.v1.BreakGlassService/ReviewBreakGlass",
    ] {
        for role in role::ALL {
            let may = access::check(RULES, method, &caller("someone", &[role])).is_ok();
            assert_eq!(may, [role::NATIONAL_MANAGER, role::RJ_SUPERVISOR].contains(&role), "{method} {role}");
        }
    }
}

#[test]
fn who_screened_is_what_intake_says_and_an_identity_that_cannot_be_kept_is_nobody() {
    let decision = ReferralScreened {
        disposition: Disposition::Accepted.into(),
        screened_at: Some(base::wire::timestamp(NOW)),
        ..ReferralScreened::default()
    };
    let id = "01890000-0000-7000-8000-000000000001".parse().unwrap();
    for (said, expected) in [("rj-officer-2", Some("rj-officer-2")), ("", None), ("a\0b", None), (&"x".repeat(201), None)] {
        let answer = GetReferralResponse {
            referral: Some(Referral::default()),
            disposition: Disposition::Accepted.into(),
            screened_by: said.to_owned(),
            ..GetReferralResponse::default()
        };
        assert_eq!(screened(id, &decision, answer).unwrap().unwrap().screened_by.as_deref(), expected);
    }
}

// [R3c] [R4a] [D-mediator]
#[tokio::test]
async fn a_case_is_given_to_nobody_by_a_typing_error_and_to_nobody_whose_role_has_ended() {
    let world = World::new().await;
    let case = world.open().await;
    let ended = Line { revision: 2, ended_at: Some(NOW), ..world.grant("mediator-9", role::MEDIATOR).await };
    harness::grants::hold(&world.app.pool, &ended).await;
    for nobody in ["mediater-1", "Maria Imaginary", "mediator-9", "rj-officer-1"] {
        let refused = refusal(assign_mediator(&world.app, &officer(), &case.id, nobody, None).await);
        assert_eq!((refused.reason, refused.field), ("mediator-unknown", Some("mediator")), "{nobody}");
    }
    for nobody in ["rj-oficer-2", "mediator-1", "Maria Imaginary"] {
        let refused = refusal(assign_officer(&world.app, &supervisor(), &case.id, nobody, None).await);
        assert_eq!((refused.reason, refused.field), ("officer-unknown", Some("officer")), "{nobody}");
    }
    assert_eq!(world.count("select count(*) from case_access").await, 1);
    assert_eq!(world.count("select count(*) from outbox where subject like '%-assigned'").await, 1, "of the officer who screened");
}

#[tokio::test]
async fn every_change_of_who_is_tied_to_a_case_is_told_whole_so_that_its_referral_is_shown_to_nobody_else() {
    let world = World::new().await;
    let case = world.open().await;
    let file = world.read(&case).await.file;
    let (number, referral) = (file.number, file.referral.to_string());
    assign_officer(&world.app, &supervisor(), &case.id, "rj-officer-2", None).await.unwrap();
    end_officer(&world.app, &supervisor(), &case.id, "rj-officer-1").await.unwrap();
    let break_glass = break_glass(&world.app, &officer(), &number, "her officer is ill, the victim is on the telephone").await.unwrap();
    end_break_glass(&world.app, &officer(), &break_glass.break_glass.to_string()).await.unwrap();
    let told: Vec<CaseTies> =
        world.outbox(subject::CASE_TIES).await.iter().map(|body| CaseTies::decode(body.as_slice()).unwrap()).collect();
    let people: Vec<Vec<(&str, bool, bool)>> =
        told.iter().map(|told| told.ties.iter().map(|tie| (tie.person.as_str(), tie.reads_only, tie.until.is_some())).collect()).collect();
    let (one, two) = (("rj-officer-1", false, false), ("rj-officer-2", false, false));
    assert_eq!(people, [vec![one], vec![one, two], vec![two], vec![two, ("rj-officer-1", true, true)], vec![two]]);
    assert!(told.is_sorted_by(|before, after| before.revision < after.revision), "whatever the clock does");
    assert!(told.iter().all(|told| told.referral_id == referral && told.case_id == case.id));
}

#[tokio::test]
async fn a_portfolio_whose_officers_hold_no_role_any_more_is_without_officer() {
    let world = World::new().await;
    let case = world.open().await;
    assert!(listed(&world, &supervisor(), &Filter::waiting_for(Wait::Officer)).await.is_empty());
    let held = "update grant_held set ended_at = $1, revision = revision + 1 where subject = 'rj-officer-1'";
    sqlx::query(held).bind(NOW).execute(&world.db.admin).await.unwrap();
    assert_eq!(listed(&world, &supervisor(), &Filter::waiting_for(Wait::Officer)).await, [case.id.as_str()]);
    assert!(read::get_case(&world.app, &supervisor(), &case.id).await.unwrap().file.officers.is_empty());
}
