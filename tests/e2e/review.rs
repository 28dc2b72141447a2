//! Reviews by the RJ Unit from outside: a transfer blocks until the unit is done, the unit is told, and a supervisor signs it off [RM1a, R3a].

use base::Clock;
use harness::{
    system::{SOON, System},
    wait::eventually,
};
use proto::{
    cases::v1::{
        Case, ItemStep, ListReviewsRequest, ParticipantKind, RecordPersonMoveRequest, RegisterItemRequest, SiteChange, StepItemRequest,
    },
    notification::v1::ListInboxRequest,
};
use tonic::Code;

use crate::{
    gate::{Mediating, mediating, ro},
    system,
};

const OFFICER: &str = "rj-officer-1";
const MEDIATOR: &str = "mediator-1";
const SUPERVISOR: &str = "rj-supervisor-1";

/// Templates of the notices about a case in somebody's inbox.
async fn notices(system: &System, who: &str, case: &Case) -> Vec<String> {
    let ask = ListInboxRequest { page_size: 200, ..ListInboxRequest::default() };
    let items = system.inbox(who).list_inbox(ask).await.unwrap().into_inner().items;
    items.into_iter().filter(|item| item.body.contains(&case.case_id)).map(|item| item.template).collect()
}

async fn step(system: &System, case: &Case, item: &str, step: ItemStep) -> Result<(), String> {
    let ask = StepItemRequest { case_ref: case.case_id.clone(), item_id: item.to_owned(), step: step.into(), ..Default::default() };
    eventually("safety can be asked", SOON, async || match system.exchange(MEDIATOR).step_item(ask.clone()).await {
        Ok(_) => Ok(Ok(())),
        Err(status) if status.message().contains("safety-cannot-be-asked") => Err(status.message().to_owned()),
        Err(status) => Ok(Err(status.message().to_owned())),
    })
    .await
}

// The acceptance of RM1a.
#[tokio::test]
async fn a_transfer_opens_a_review_that_blocks_the_confirmation_until_the_unit_is_done_with_it() {
    let system = system().await;
    let Mediating { case, .. } = mediating(&system).await;
    let id = |kind: ParticipantKind| case.participants.iter().find(|one| one.kind() == kind).unwrap().participant_id.clone();
    let letter = RegisterItemRequest {
        case_ref: case.case_id.clone(),
        from: id(ParticipantKind::Victim),
        to: id(ParticipantKind::Offender),
        mode: "letter".into(),
        held_at: "locker 4".into(),
        ..RegisterItemRequest::default()
    };
    let item = system.exchange(MEDIATOR).register_item(letter).await.unwrap().into_inner().item_id;
    step(&system, &case, &item, ItemStep::Review).await.unwrap();
    let moved = RecordPersonMoveRequest {
        case_ref: case.case_id.clone(),
        how: SiteChange::Transfer.into(),
        site: "kent".into(),
        moved_on: Clock::system().now().date().to_string(),
        reason: "told by the sending institution".into(),
        idempotency_key: "one move".into(),
    };
    for _ in 0..2 {
        system.cases(MEDIATOR).record_person_move(moved.clone()).await.unwrap();
    }
    let refused = step(&system, &case, &item, ItemStep::Release).await.unwrap_err();
    assert!(refused.contains("review-open:transfer"), "{refused}");
    let ask = ListReviewsRequest { case_ref: case.case_id.clone() };
    let reviews = system.reviews(MEDIATOR).list_reviews(ask.clone()).await.unwrap().into_inner().reviews;
    assert!(reviews.len() == 1 && reviews[0].events.len() == 1 && reviews[0].blocks, "one move is one event");
    assert_eq!(system.reviews("mediator-2").list_reviews(ask).await.err().unwrap().code(), Code::NotFound);
    eventually("the RJ Unit is told, and the review stands in the queue", SOON, async || {
        let told = notices(&system, OFFICER, &case).await;
        let (done, queue) = ro(&system, SUPERVISOR, &["due", "list", "--kind", "review", "--limit", "1000"]).await;
        let is_there = done && queue.contains(&case.case_number) && told.iter().any(|template| template == "thing-due");
        if is_there { Ok(()) } else { Err(format!("{told:?} {queue}")) }
    })
    .await;

    let review = reviews[0].review_id.clone();
    let done = ["review", "done", &case.case_number, &review, "--finding", "goes-on-with-measures", "--note", "two officers within call"];
    let (finished, text) = ro(&system, OFFICER, &done).await;
    assert!(finished && text.contains("done"), "{text}");
    step(&system, &case, &item, ItemStep::Release).await.unwrap();
    let (own, text) = ro(&system, OFFICER, &["review", "sign-off", &case.case_number, &review]).await;
    assert!(!own && !text.contains("panicked"), "{text}");
    let (signed, text) = ro(&system, SUPERVISOR, &["review", "sign-off", &case.case_number, &review]).await;
    assert!(signed, "{text}");
    let (listed, text) = ro(&system, OFFICER, &["review", "list", &case.case_number, "--lang", "fr"]).await;
    assert!(listed && text.contains("approuvé") && text.contains("two officers within call"), "{text}");
    let (counted, text) = ro(&system, SUPERVISOR, &["due", "workload"]).await;
    assert!(counted && text.contains(MEDIATOR), "{text}");
}
