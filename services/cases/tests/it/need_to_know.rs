//! Need to know: a caller who may not know of a case gets no case, no count and no different answer [R3c, TRAP-6, TRAP-11].

use std::{sync::Arc, time::Duration as StdDuration};

use base::{Caller, Error};
use cases::{
    app::{
        case::{move_case, read},
        mediator::assign::{assign_mediator, end_assignment},
    },
    domain::case::{filter::Filter, stage::Stage},
    grpc::Server,
};
use harness::uniform::asked;
use harness::wait::eventually;
use proto::{
    cases::v1::{
        AddParticipantRequest, FindCaseByReferralRequest, GetCaseRequest, MoveCaseRequest, RecordAssessmentRequest, RecordConsentRequest,
        assessment_service_server::AssessmentService as _, case_service_server::CaseService as _,
        consent_service_server::ConsentService as _, participant_service_server::ParticipantService as _,
    },
    role,
};
use time::Duration;
use tonic::{Response, Status};

use crate::world::{NOW, World, caller, mediator, officer, other_officer, refusal};

type Seen = (tonic::Code, String, Vec<u8>, usize);

/// Everything of a refusal that a caller can see.
fn seen<T>(answer: Result<Response<T>, Status>) -> Seen {
    let Err(status) = answer else { panic!("answered") };
    (status.code(), status.message().to_owned(), status.details().to_vec(), status.metadata().len())
}

/// The answer of every RPC that a mediator may call and that names a case.
async fn answers(door: &Server, who: &Caller, case_id: &str, number: &str, referral_id: &str) -> Vec<Seen> {
    let case_id = || case_id.to_owned();
    let by_number = GetCaseRequest { case_ref: number.to_owned() };
    let by_referral = FindCaseByReferralRequest { referral_id: referral_id.to_owned() };
    let add = AddParticipantRequest { case_id: case_id(), kind: 1, ..Default::default() };
    let assess = RecordAssessmentRequest { case_id: case_id(), risk: 4, ..Default::default() };
    let consent = RecordConsentRequest { case_id: case_id(), status: 3, ..Default::default() };
    let go = MoveCaseRequest { case_id: case_id(), to: 2, ..Default::default() };
    vec![
        seen(door.get_case(asked(who, GetCaseRequest { case_ref: case_id() })).await),
        seen(door.get_case(asked(who, by_number)).await),
        seen(door.find_case_by_referral(asked(who, by_referral)).await),
        seen(door.add_participant(asked(who, add)).await),
        seen(door.record_assessment(asked(who, assess)).await),
        seen(door.record_consent(asked(who, consent)).await),
        seen(door.move_case(asked(who, go)).await),
    ]
}

#[tokio::test]
async fn the_mediator_of_another_case_gets_the_same_bytes_for_a_real_case_as_for_none() {
    let world = World::new().await;
    let (mine, hidden) = (world.open().await, world.open().await);
    world.assign(&mine, "mediator-1").await;
    world.assign(&hidden, "mediator-2").await;
    let file = world.read(&hidden).await.file;
    let door = Server::new(world.app.clone());
    let absent_number = proto::reference::make("RC", 4_711);
    let nobody = uuid::Uuid::from_u128(0xabc).to_string();
    for outsider in [mediator("mediator-1"), other_officer(), caller("head", &[role::INSTITUTIONAL_HEAD]), caller("nobody", &[])] {
        let real = answers(&door, &outsider, &hidden.id, &file.number, &file.referral.to_string()).await;
        let none = answers(&door, &outsider, &nobody, &absent_number, &nobody).await;
        assert_eq!(real, none);
        assert!(real.iter().all(|answer| *answer == real[0] && answer.0 == tonic::Code::NotFound));
    }
}

#[tokio::test]
async fn a_list_shows_and_counts_only_what_the_caller_may_know() {
    let world = World::new().await;
    let mut all = Vec::new();
    for number in 0..5 {
        let case = world.open().await;
        world.assign(&case, if number % 2 == 0 { "mediator-1" } else { "mediator-2" }).await;
        world.app.clock.advance(Duration::seconds(1));
        all.push(case);
    }
    let mut pages = Vec::new();
    let mut token = String::new();
    loop {
        let page = read::list_cases(&world.app, &mediator("mediator-1"), &Filter::default(), 2, &token).await.unwrap();
        pages.push(page.cases.iter().map(|c| c.id.to_string()).collect::<Vec<_>>());
        token = page.next;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(pages, [vec![all[0].id.clone(), all[2].id.clone()], vec![all[4].id.clone()]]);
    let page = |who: Caller| {
        let app = world.app.clone();
        async move { read::list_cases(&app, &who, &Filter::default(), 0, "").await.unwrap() }
    };
    assert_eq!(page(officer()).await.cases.len(), 5);
    // A page that is exactly full is the last one: nothing hidden lies behind it.
    let full = read::list_cases(&world.app, &mediator("mediator-2"), &Filter::default(), 2, "").await.unwrap();
    assert_eq!((full.cases.len(), full.next.as_str()), (2, ""));
    for outsider in [mediator("mediator-3"), caller("staff", &[role::STAFF]), caller("", &[role::MEDIATOR])] {
        let page = page(outsider).await;
        assert!(page.cases.is_empty() && page.next.is_empty());
    }
}

// [R5c]
#[tokio::test]
async fn a_file_is_unreadable_the_moment_the_assignment_ends() {
    let world = World::new().await;
    let case = world.open().await;
    let who = mediator("mediator-1");
    assert!(!world.can_read(&who, &case).await);
    world.assign(&case, "mediator-1").await;
    assert!(world.can_read(&who, &case).await);
    end_assignment(&world.app, &officer(), &case.id, "mediator-1").await.unwrap();
    assert!(!world.can_read(&who, &case).await);
    assert!(read::list_cases(&world.app, &who, &Filter::default(), 0, "").await.unwrap().cases.is_empty());
    // Ending it again changes nothing; a mediator who never had the case cannot lose it.
    end_assignment(&world.app, &officer(), &case.id, "mediator-1").await.unwrap();
    let never = end_assignment(&world.app, &officer(), &case.id, "mediator-2").await;
    assert_eq!(refusal(never).reason, "not-assigned");
}

#[tokio::test]
async fn mediation_pauses_in_the_moment_its_mediator_loses_the_case_and_goes_on_with_another_only_when_somebody_moves_it() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    end_assignment(&world.app, &officer(), &case.id, "mediator-1").await.unwrap();
    let standing = world.read(&case).await.file.standing;
    assert_eq!((standing.stage, standing.left), (Stage::Paused, Some(Stage::Mediation)));
    let command = move_case::Command { case_ref: &case.id, to: Stage::Mediation, mode: "letter", described: "", reason: "" };
    let refused = refusal(move_case::move_case(&world.app, &officer(), command).await);
    assert!(refused.en.contains("mediator-missing"), "{}", refused.en);
    world.assign(&case, "mediator-2").await;
    assert_eq!(world.read(&case).await.file.standing.stage, Stage::Paused);
    move_case::move_case(&world.app, &officer(), command).await.unwrap();
    // Handed over without a gap, it goes on.
    world.assign(&case, "mediator-1").await;
    assert_eq!(world.read(&case).await.file.standing.stage, Stage::Mediation);
}

// [D-mediator]
#[tokio::test]
async fn an_assignment_with_an_end_is_over_at_that_very_moment() {
    let world = World::new().await;
    let case = world.open().await;
    let who = mediator("mediator-1");
    let until = Some(NOW + Duration::days(30));
    assign_mediator(&world.app, &officer(), &case.id, "mediator-1", until).await.unwrap();
    world.app.clock.advance(Duration::days(30) - Duration::seconds(1));
    assert!(world.can_read(&who, &case).await);
    assert_eq!(world.read(&case).await.file.mediator.as_deref(), Some("mediator-1"));
    world.app.clock.advance(Duration::seconds(1));
    assert!(!world.can_read(&who, &case).await);
    assert_eq!(world.read(&case).await.file.mediator, None);
    let past = assign_mediator(&world.app, &officer(), &case.id, "mediator-1", Some(NOW)).await;
    assert_eq!(refusal(past).reason, "assignment-already-over");
}

#[tokio::test]
async fn a_new_mediator_takes_the_case_from_the_former_one_in_the_same_moment() {
    let world = World::new().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    world.assign(&case, "mediator-2").await;
    world.assign(&case, "mediator-2").await;
    assert!(!world.can_read(&mediator("mediator-1"), &case).await);
    assert!(world.can_read(&mediator("mediator-2"), &case).await);
    assert_eq!(world.outbox(proto::subject::MEDIATOR_ASSIGNED).await.len(), 2);
    assert_eq!(world.count("select count(*) from case_access where role = 'mediator'").await, 2);
}

#[tokio::test]
async fn what_a_mediator_sends_while_the_assignment_is_being_ended_is_not_recorded() {
    let world = Arc::new(World::new().await);
    let case = Arc::new(world.open().await);
    world.assign(&case, "mediator-1").await;
    let mut ending = world.db.admin.begin().await.unwrap();
    sqlx::query("select id from case_file for update").execute(&mut *ending).await.unwrap();
    let moving = tokio::spawn({
        let (world, case) = (Arc::clone(&world), Arc::clone(&case));
        async move {
            let command = move_case::Command { case_ref: &case.id, to: Stage::Closed, mode: "", described: "", reason: "late" };
            move_case::move_case(&world.app, &mediator("mediator-1"), command).await
        }
    });
    eventually("the mediator's request waits for the case", StdDuration::from_secs(10), || async {
        let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        match world.count(waiting).await {
            0 => Err("nobody waits".to_owned()),
            _ => Ok(()),
        }
    })
    .await;
    sqlx::query("update case_access set ended_at = $1, ended_by = 'rj-officer-1'").bind(NOW).execute(&mut *ending).await.unwrap();
    ending.commit().await.unwrap();
    assert!(matches!(moving.await.unwrap(), Err(Error::NotFound)));
    assert_eq!(world.count("select count(*) from case_file where stage = 'assessment'").await, 1);
}
