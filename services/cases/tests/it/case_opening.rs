//! Opening of cases: a referral opens exactly one, also when events are delivered twice, late or out of order [R3a].

use std::{sync::Arc, time::Duration};

use cases::{
    app::case::move_case,
    bus::case::{Screenings, screened},
    domain::{
        case::{
            opening::{Decision, TakenBack},
            stage::Stage,
        },
        participant::kind::Kind,
    },
};
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use prost::Message;
use proto::{
    cases::v1::CaseOpened,
    id::ReferralId,
    intake::v1::{
        Disposition, GetReferralResponse, Referral, ReferralCorrected, ReferralScreened, referral_service_client::ReferralServiceClient,
    },
    subject,
};

use crate::world::{NOW, World, mediator, officer, referral_content, refusal};

#[tokio::test]
async fn eight_deliveries_of_one_decision_at_the_same_moment_open_one_case() {
    let world = Arc::new(World::new().await);
    let decision = world.screened(false);
    let deliveries = (0..8).map(|_| {
        let (world, decision) = (Arc::clone(&world), decision.clone());
        tokio::spawn(async move { world.apply(&decision).await })
    });
    for delivery in deliveries.collect::<Vec<_>>() {
        delivery.await.unwrap().unwrap();
    }
    assert_eq!(world.count("select count(*) from case_file").await, 1);
    assert_eq!(world.count("select count(*) from participant").await, 2);
    let told = world.outbox(subject::CASE_OPENED).await;
    assert_eq!(told.len(), 1);
    let event = CaseOpened::decode(told[0].as_slice()).unwrap();
    assert_eq!(event.referral_id, decision.referral.to_string());
    let case = world.opened(&decision).await;
    assert_eq!(event.case_id, case.id);
}

#[tokio::test]
async fn the_file_begins_in_assessment_with_a_number_for_the_telephone_and_the_people_of_the_referral() {
    let world = World::new().await;
    let case = world.open().await;
    let whole = world.read(&case).await;
    assert_eq!(whole.file.standing.stage, Stage::Assessment);
    assert_eq!(proto::reference::parse("RC", &whole.file.number).as_ref(), Some(&whole.file.number));
    assert_eq!(whole.file.site.as_deref(), Some("mission"));
    let kinds: Vec<Kind> = whole.participants.iter().map(|p| p.person.kind).collect();
    assert_eq!(kinds, [Kind::Victim, Kind::Offender]);
}

#[tokio::test]
async fn a_newer_decision_changes_how_far_the_case_may_go_and_an_older_one_changes_nothing() {
    let world = World::new().await;
    let first = world.screened(false);
    world.apply(&first).await.unwrap();
    let mut newer = first.clone();
    newer.indirect_only = true;
    newer.screened_at += time::Duration::minutes(1);
    world.apply(&newer).await.unwrap();
    world.apply(&first).await.unwrap();
    let case = world.opened(&first).await;
    assert!(world.read(&case).await.file.indirect_only);
    assert_eq!(world.count("select count(*) from case_file").await, 1);
    assert_eq!(world.outbox(subject::CASE_OPENED).await.len(), 1);
}

#[tokio::test]
async fn a_meeting_under_way_stops_when_the_rj_unit_allows_indirect_communication_only() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    let mut decision = world.screened(true);
    decision.referral = world.read(&case).await.file.referral;
    decision.screened_at = NOW;
    world.apply(&decision).await.unwrap();
    let file = world.read(&case).await.file;
    assert_eq!((file.standing.stage, file.standing.left, file.indirect_only), (Stage::Paused, Some(Stage::Mediation), true));
}

fn taken_back(referral: ReferralId, screened_at: time::OffsetDateTime) -> TakenBack {
    TakenBack { referral, screened_at }
}

#[tokio::test]
async fn when_no_contact_is_permitted_any_more_the_case_stops_at_once_and_nobody_can_go_on() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let referral = world.read(&case).await.file.referral;
    world.take_back(taken_back(referral, NOW)).await;
    let file = world.read(&case).await.file;
    assert_eq!((file.standing.stage, file.standing.left, file.accepted), (Stage::Paused, Some(Stage::Mediation), false));
    assert_eq!(world.outbox(subject::CASE_MOVED).await.len(), 3, "and whoever counts cases hears of it");

    for caller in [officer(), mediator("mediator-1")] {
        let command = move_case::Command { case_ref: &case.id, to: Stage::Mediation, mode: "letter", described: "", reason: "" };
        let refused = refusal(move_case::move_case(&world.app, &caller, command).await);
        assert_eq!(refused.reason, "conditions-missing");
        assert!(refused.en.contains("acceptance-missing"), "{}", refused.en);
    }

    let mut again = world.screened(false);
    (again.referral, again.screened_at) = (referral, NOW + time::Duration::minutes(1));
    world.apply(&again).await.unwrap();
    let file = world.read(&case).await.file;
    assert_eq!((file.standing.stage, file.accepted), (Stage::Paused, true), "it goes on when somebody moves it, and not by itself");
}

#[tokio::test]
async fn a_refusal_that_is_older_than_the_acceptance_changes_nothing_and_one_without_a_case_opens_none() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let referral = world.read(&case).await.file.referral;
    world.take_back(taken_back(referral, NOW - time::Duration::hours(2))).await;
    let file = world.read(&case).await.file;
    assert_eq!((file.standing.stage, file.accepted), (Stage::Mediation, true));
    world.take_back(taken_back(world.screened(false).referral, NOW)).await;
    assert_eq!(world.count("select count(*) from case_file").await, 1);
}

#[tokio::test]
async fn a_decision_delivered_late_does_not_undo_a_newer_one() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    let mut late = world.screened(true);
    late.referral = world.read(&case).await.file.referral;
    late.screened_at -= time::Duration::minutes(1);
    world.apply(&late).await.unwrap();
    let file = world.read(&case).await.file;
    assert_eq!((file.standing.stage, file.indirect_only), (Stage::Mediation, false));
}

fn handler(world: &World) -> Screenings {
    // Nobody listens on port 1.
    let peer = server::client::connect("http://127.0.0.1:1", None, None, Some(Duration::from_secs(2))).unwrap();
    Screenings {
        intake: ReferralServiceClient::new(peer),
        ids: world.app.ids.clone(),
        clock: world.app.clock.clone(),
        vault: world.app.vault.clone(),
    }
}

fn decision(disposition: Disposition) -> ReferralScreened {
    ReferralScreened {
        referral_id: "01890000-0000-7000-8000-000000000001".into(),
        disposition: disposition.into(),
        screened_at: Some(base::wire::timestamp(NOW)),
        ..ReferralScreened::default()
    }
}

fn incoming(body: Vec<u8>) -> Incoming {
    Incoming {
        event_id: "e-1".into(),
        subject: subject::REFERRAL_SCREENED.into(),
        body: body.into(),
        headers: Default::default(),
        attempt: 1,
    }
}

#[tokio::test]
async fn a_decision_waits_while_intake_does_not_answer_and_is_set_aside_only_when_it_cannot_be_read() {
    let world = World::new().await;
    let handler = handler(&world);
    for disposition in [Disposition::Accepted, Disposition::IndirectOnly] {
        let heard = handler.read(&incoming(decision(disposition).encode_to_vec())).await;
        assert!(matches!(heard, Err(Rejection::Later(_))), "{heard:?}");
    }
    let garbage = handler.read(&incoming(vec![0xff; 7])).await;
    assert!(matches!(garbage, Err(Rejection::Never { reason: "malformed-message", .. })), "{garbage:?}");
    let nameless = ReferralScreened { referral_id: String::new(), ..decision(Disposition::Accepted) };
    let nameless = handler.read(&incoming(nameless.encode_to_vec())).await;
    assert!(matches!(nameless, Err(Rejection::Never { reason: "referral-id-malformed", .. })), "{nameless:?}");
}

#[tokio::test]
async fn every_other_decision_opens_nothing_and_asks_nobody() {
    let world = World::new().await;
    let handler = handler(&world);
    for number in 0..=11 {
        let decision = ReferralScreened { disposition: number, ..decision(Disposition::Unspecified) };
        if [Disposition::Accepted, Disposition::IndirectOnly].contains(&decision.disposition()) {
            continue;
        }
        let message = incoming(decision.encode_to_vec());
        let work = handler.read(&message).await.unwrap();
        assert!(matches!(work, Some(Decision::TakenBack(_))), "{number}");
        let mut db = world.service().await;
        handler.apply(&mut db, &mut Fresh::default(), work, &message).await.unwrap();
        db.commit().await.unwrap();
    }
    assert_eq!(world.count("select count(*) from case_file").await, 0);
}

#[test]
fn a_referral_that_was_closed_in_the_meantime_opens_no_case() {
    let answer = |disposition: Disposition| GetReferralResponse {
        referral: Some(Referral { site: "mission".into(), victim_name: "Vera Imaginary".into(), ..Referral::default() }),
        disposition: disposition.into(),
        ..GetReferralResponse::default()
    };
    let id = "01890000-0000-7000-8000-000000000001".parse().unwrap();
    let accepted = decision(Disposition::Accepted);
    assert_eq!(screened(id, &accepted, answer(Disposition::Withdrawn)).unwrap(), None);
    let open = screened(id, &accepted, answer(Disposition::Accepted)).unwrap().unwrap();
    assert!(!open.indirect_only);
    assert_eq!(open.content.victim_name, referral_content().victim_name);
}

#[tokio::test]
async fn a_correction_after_the_decision_stops_the_case_until_its_referral_is_decided_anew() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let referral = world.read(&case).await.file.referral;
    let decided = world.screened(false).screened_at;
    for (after, stage) in [(-time::Duration::SECOND, Stage::Mediation), (time::Duration::SECOND, Stage::Paused)] {
        let said = ReferralCorrected { referral_id: referral.to_string(), corrected_at: Some(base::wire::timestamp(decided + after)) };
        let message = Incoming { subject: subject::REFERRAL_CORRECTED.into(), ..incoming(said.encode_to_vec()) };
        let handler = handler(&world);
        let work = handler.read(&message).await.unwrap();
        let mut db = world.service().await;
        handler.apply(&mut db, &mut Fresh::default(), work, &message).await.unwrap();
        db.commit().await.unwrap();
        assert_eq!(world.read(&case).await.file.standing.stage, stage, "{after}");
    }
    assert!(refusal(world.go(&case, Stage::Mediation, "letter").await).en.contains("acceptance-missing"), "it waits for the decision");
    let mut anew = world.screened(false);
    (anew.referral, anew.screened_at) = (referral, decided + time::Duration::minutes(1));
    world.apply(&anew).await.unwrap();
    assert_eq!(world.go(&case, Stage::Mediation, "letter").await.unwrap(), Stage::Mediation);
}

#[tokio::test]
async fn a_referral_that_was_closed_as_a_duplicate_is_known_to_the_case_of_the_one_it_repeats() {
    let world = World::new().await;
    let case = world.open().await;
    let of = world.read(&case).await.file.referral;
    let handler = handler(&world);
    let said = ReferralScreened { duplicate_of: of.to_string(), ..decision(Disposition::Duplicate) };
    let message = incoming(said.encode_to_vec());
    for _ in 0..2 {
        let work = handler.read(&message).await.unwrap();
        let mut db = world.service().await;
        handler.apply(&mut db, &mut Fresh::default(), work, &message).await.unwrap();
        db.commit().await.unwrap();
    }
    let known: serde_json::Value = sqlx::query_scalar("select duplicates from case_file").fetch_one(&world.db.admin).await.unwrap();
    assert_eq!(known.as_object().unwrap().keys().collect::<Vec<_>>(), [&said.referral_id]);
    assert_eq!(world.read(&case).await.file.standing.stage, Stage::Assessment, "the case itself goes on");
}
