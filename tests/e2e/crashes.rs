//! Services killed in the middle of their work: nothing accepted is lost, nothing is done twice.

use std::{collections::HashSet, time::Duration};

use harness::{
    system::{System, Wishes},
    wait::eventually,
};
use proto::{
    cases::v1::{Item, ItemState, ItemStep, ListItemsRequest, ParticipantKind, RegisterItemRequest, StepItemRequest},
    intake::v1::{Disposition, ScreenReferralRequest, SubmitReferralRequest},
    safety::v1::RaiseConcernRequest,
};

use crate::{
    gate::{Mediating, mediating, reviewed},
    samples::{imminent_concern, institutional_referral},
};

const CONCERNS: usize = 40;
const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn concerns_raised_while_services_bus_and_databases_are_killed_all_reach_both_audiences_once() {
    let system = System::start(Wishes::default()).await;
    let raiser = {
        let system = system.clone();
        tokio::spawn(async move {
            let mut accepted = HashSet::new();
            for _ in 0..CONCERNS {
                let concern = imminent_concern("mission");
                let id = concern.concern_id.clone();
                // A raiser that gets no receipt sends the same concern again, as the receipt's contract asks.
                let send = async || {
                    let request = RaiseConcernRequest { concern: Some(concern.clone()) };
                    system.alarm("staff-mission").raise_concern(request).await.map(|_| ()).map_err(|s| s.to_string())
                };
                eventually("a receipt", LONG, send).await;
                accepted.insert(id);
            }
            accepted
        })
    };
    for round in 0..2 {
        for victim in ["notification", "safety", "nats", "postgres"] {
            system.kill(victim).await;
            system.restart(victim).await;
            if victim == "postgres" || victim == "nats" {
                // Services that gave up meanwhile would be seen here.
                for service in ["safety", "notification"] {
                    system.restart(service).await;
                }
            }
        }
        assert!(round < 2);
    }
    let accepted = raiser.await.unwrap();
    assert_eq!(accepted.len(), CONCERNS);
    let safety = system.database("safety").await;
    let notification = system.database("notification").await;
    let look = async || {
        let delivered: i64 = sqlx::query_scalar("select count(*) from audience where delivered_at is not null")
            .fetch_one(&safety)
            .await
            .map_err(|e| e.to_string())?;
        if delivered == 2 * i64::try_from(CONCERNS).unwrap() { Ok(()) } else { Err(format!("{delivered} delivered")) }
    };
    eventually("every audience of every concern has it", LONG, look).await;
    let recorded: i64 = sqlx::query_scalar("select count(*) from concern").fetch_one(&safety).await.unwrap();
    assert_eq!(recorded, i64::try_from(CONCERNS).unwrap());
    let twice: i64 = sqlx::query_scalar(
        "select count(*) from (select 1 from inbox_item where audience is not null group by recipient, about, audience having count(*) > 1) d",
    )
    .fetch_one(&notification)
    .await
    .unwrap();
    assert_eq!(twice, 0);
}

#[tokio::test]
async fn referrals_accepted_while_cases_is_down_and_intake_is_killed_each_open_one_case() {
    let system = System::start(Wishes::default()).await;
    system.kill("cases").await;
    let mut numbers = Vec::new();
    for _ in 0..10 {
        let referral = Some(institutional_referral("mission"));
        let sent = system.referrals("staff-mission").submit_referral(SubmitReferralRequest { referral }).await.unwrap();
        numbers.push(sent.into_inner().receipt.unwrap().number);
    }
    system.kill("intake").await;
    system.restart("intake").await;
    for number in &numbers {
        let referral_id = crate::referral::queued(&system, number).await;
        let decision = ScreenReferralRequest {
            referral_id,
            disposition: Disposition::Accepted as i32,
            reason: "both seem ready to be asked".into(),
            review_on: String::new(),
            ..Default::default()
        };
        system.referrals("rj-officer-1").screen_referral(decision).await.unwrap();
    }
    system.kill("intake").await;
    system.restart("cases").await;
    system.restart("intake").await;
    system.kill("cases").await;
    system.restart("cases").await;
    let cases = system.database("cases").await;
    let look = async || {
        let opened: i64 = sqlx::query_scalar("select count(*) from case_file").fetch_one(&cases).await.map_err(|e| e.to_string())?;
        if opened == 10 { Ok(()) } else { Err(format!("{opened} cases")) }
    };
    eventually("ten cases are open", LONG, look).await;
}

/// Releases that are cut off, each somewhat later in its course than the one before.
const RELEASES: u64 = 10;

// [R4b]
#[tokio::test]
async fn a_release_in_the_middle_of_which_cases_is_killed_has_happened_once_or_not_at_all() {
    let system = System::start(Wishes::default()).await;
    let Mediating { case, .. } = mediating(&system).await;
    reviewed(&system, &case).await;
    let person = |kind: ParticipantKind| case.participants.iter().find(|one| one.kind() == kind).unwrap().participant_id.clone();
    let ask = |item: &str, step: ItemStep| StepItemRequest {
        case_ref: case.case_id.clone(),
        item_id: item.to_owned(),
        step: step.into(),
        ..StepItemRequest::default()
    };
    let item = async |id: &str| -> Item {
        let items = async || {
            let request = ListItemsRequest { case_ref: case.case_id.clone() };
            system.exchange("mediator-1").list_items(request).await.map(|answer| answer.into_inner().items).map_err(|s| s.to_string())
        };
        eventually("the items are read", LONG, items).await.into_iter().find(|one| one.item_id == id).unwrap()
    };
    let releases = |item: &Item| item.steps.iter().filter(|taken| taken.step() == ItemStep::Release).count();
    for n in 0..RELEASES {
        let letter = RegisterItemRequest {
            case_ref: case.case_id.clone(),
            from: person(ParticipantKind::Offender),
            to: person(ParticipantKind::Victim),
            mode: "letter".into(),
            words: format!("letter {n}"),
            ..RegisterItemRequest::default()
        };
        let id = system.exchange("mediator-1").register_item(letter).await.unwrap().into_inner().item_id;
        system.exchange("mediator-1").step_item(ask(&id, ItemStep::Review)).await.unwrap();
        let release = async || {
            let answer = system.exchange("mediator-1").step_item(ask(&id, ItemStep::Release)).await;
            answer.map(|_| ()).map_err(|status| status.to_string())
        };
        let (answered, ()) = tokio::join!(release(), async {
            // Each is cut off after so many other answers, and not after a time.
            for _ in 0..n {
                let _ = system.exchange("mediator-1").list_items(ListItemsRequest { case_ref: case.case_id.clone() }).await;
            }
            system.kill("cases").await;
        });
        system.restart("cases").await;
        let found = item(&id).await;
        let happened = found.state() == ItemState::Released;
        assert!(happened || found.state() == ItemState::InReview, "{:?}", found.state());
        assert_eq!(releases(&found), usize::from(happened), "what was released has its step, and what was not has none");
        assert!(happened || answered.is_err(), "a release that was confirmed stands");
        // Whoever had no answer asks again.
        eventually("it is released", LONG, release).await;
        let found = item(&id).await;
        assert_eq!((found.state(), releases(&found)), (ItemState::Released, 1));
    }
}
