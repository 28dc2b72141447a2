//! Access to accepted referrals: read and decided anew only by those tied to the case, so that intake is no way around a case [R3c].

use base::{Caller, Error};
use intake::{
    app::{
        queue::{get::get_referral, list::list_queue},
        referral::get_receipt::get_receipt,
    },
    bus::TiesOfCases,
    domain::{Disposition, Repeat, queue::list::List},
};
use messaging::{
    inbox::{Handler, Incoming},
    outbox::Fresh,
};
use prost::Message;
use proto::{
    cases::v1::{CaseTie, CaseTies},
    intake::v1::{Known, Referral},
    subject,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{screening::decide, support::*};

const CASE: Uuid = Uuid::from_u128(0xca5e);

fn tie(person: &Caller, reads_only: bool, until: Option<OffsetDateTime>) -> CaseTie {
    CaseTie { person: person.subject.clone(), reads_only, until: until.map(base::wire::timestamp) }
}

/// Ties as cases publishes them.
async fn publish(app: &TestDesk, referral: &str, revision: i64, ties: Vec<CaseTie>) {
    let told_at = Some(base::wire::timestamp(app.clock.now()));
    let body = CaseTies { case_id: CASE.to_string(), referral_id: referral.to_owned(), told_at, ties, revision }.encode_to_vec();
    let message = Incoming {
        event_id: format!("ties-{revision}"),
        subject: subject::CASE_TIES.into(),
        body: body.into(),
        headers: Default::default(),
        attempt: 1,
    };
    let work = TiesOfCases.read(&message).await.unwrap();
    let mut db = service(app).await;
    TiesOfCases.apply(&mut db, &mut Fresh::default(), work, &message).await.unwrap();
    db.commit().await.unwrap();
}

async fn reads(app: &TestDesk, who: &Caller, id: &str) -> bool {
    match get_referral(app, who, id, None).await {
        Ok(_) => true,
        Err(Error::NotFound) => false,
        Err(other) => panic!("{other}"),
    }
}

async fn accepted(app: &TestDesk) -> String {
    submit(app, &staff("mission"), referral("1")).await;
    let id = only_id(app).await;
    decide(app, &officer(1), &id, Disposition::Accepted, "both willing").await.unwrap();
    id
}

#[tokio::test]
async fn what_was_accepted_is_read_and_decided_anew_only_by_whoever_is_tied_to_its_case() {
    let app = app().await;
    submit(&app, &staff("mission"), referral("1")).await;
    let id = only_id(&app).await;
    assert!(reads(&app, &officer(2), &id).await, "what nobody has accepted belongs to the whole unit");
    decide(&app, &officer(1), &id, Disposition::Accepted, "both willing").await.unwrap();
    assert!(reads(&app, &officer(1), &id).await, "whoever accepted it, before cases has told anything");
    assert!(reads(&app, &Caller::service("cases"), &id).await && reads(&app, &supervisor(1), &id).await);
    assert!(!reads(&app, &officer(2), &id).await);
    for disposition in [Disposition::Withdrawn, Disposition::Duplicate, Disposition::IndirectOnly] {
        assert_eq!(decide(&app, &officer(2), &id, disposition, "as heard").await, Err("not-found"), "no refusal says that a case exists");
    }

    let noon = app.clock.now() + Duration::hours(3);
    publish(&app, &id, 2, vec![tie(&officer(2), false, None), tie(&officer(3), true, Some(noon))]).await;
    assert!(!reads(&app, &officer(1), &id).await, "it was taken out of the portfolio");
    assert!(reads(&app, &officer(2), &id).await && reads(&app, &officer(3), &id).await);
    assert_eq!(decide(&app, &officer(3), &id, Disposition::Withdrawn, "as heard").await, Err("not-found"), "a break-glass is to read");
    app.clock.advance(Duration::minutes(1));
    publish(&app, &id, 1, vec![tie(&officer(1), false, None)]).await;
    assert!(reads(&app, &officer(1), &id).await, "a later word of a database that was set back counts");
    app.clock.advance(-Duration::hours(1));
    publish(&app, &id, 3, vec![tie(&officer(2), false, None), tie(&officer(3), true, Some(noon))]).await;
    assert!(!reads(&app, &officer(1), &id).await, "and a higher one whatever the clock says");
    publish(&app, &id, 1, vec![tie(&officer(1), false, None)]).await;
    assert!(!reads(&app, &officer(1), &id).await, "one that is older in both does not");
    app.clock.advance(Duration::hours(5));
    assert!(!reads(&app, &officer(3), &id).await, "the break-glass has run out");
    assert!(decide(&app, &officer(2), &id, Disposition::Withdrawn, "the victim asked").await.is_ok());
    assert!(!reads(&app, &officer(1), &id).await, "what was a case stays one");
}

#[tokio::test]
async fn whoever_submitted_what_was_accepted_reads_its_receipt_and_no_more_than_any_other_officer() {
    let app = app().await;
    let receipt = submit(&app, &officer(2), referral("1")).await;
    let id = only_id(&app).await;
    let before = get_receipt(&app, &officer(3), &receipt.number).await.unwrap();
    decide(&app, &officer(1), &id, Disposition::Accepted, "both willing").await.unwrap();
    assert!(!reads(&app, &officer(2), &id).await);
    assert_eq!(decide(&app, &officer(2), &id, Disposition::IndirectOnly, "letters").await, Err("not-found"));
    for who in [officer(1), officer(2), officer(3), supervisor(1)] {
        assert_eq!(get_receipt(&app, &who, &receipt.number).await.unwrap(), before, "the receipt says nothing of it");
    }
    assert!(matches!(get_receipt(&app, &staff("mission"), &receipt.number).await, Err(Error::NotFound)));
    let again = submit(&app, &officer(3), referral("1")).await;
    assert_eq!((again.repeat, again.number), (Repeat::SameBody, receipt.number), "and the key is known to whoever submits for the site");
}

#[tokio::test]
async fn no_queue_lists_what_was_accepted_but_for_a_correction_that_whoever_is_tied_must_see() {
    let app = app().await;
    let id = accepted(&app).await;
    let listed = async |who: &Caller, scope: List| list_queue(&app, who, &scope.into(), 50, "").await.unwrap().0.len();
    for who in [officer(1), officer(2), supervisor(1)] {
        for scope in [List::Waiting, List::All] {
            assert_eq!(listed(&who, scope).await, 0, "{} {scope:?}", who.subject);
        }
    }
    submit(&app, &staff("mission"), Referral { no_contact_condition: Known::Yes.into(), ..referral("1") }).await;
    for (who, seen) in [(officer(1), 1), (officer(2), 0), (supervisor(1), 1)] {
        for scope in [List::Waiting, List::All] {
            assert_eq!(listed(&who, scope).await, seen, "{} {scope:?}", who.subject);
        }
    }
    decide(&app, &officer(1), &id, Disposition::NoContactPermitted, "an order forbids it").await.unwrap();
    for who in [officer(1), officer(2), supervisor(1)] {
        assert_eq!(listed(&who, List::All).await, 0, "closed again, it stays a case: {}", who.subject);
    }
}

#[tokio::test]
async fn the_case_is_told_who_made_the_decision_that_opened_it_whoever_decided_since() {
    let app = app().await;
    let id = accepted(&app).await;
    let first = app.clock.now();
    app.clock.advance(Duration::minutes(1));
    decide(&app, &supervisor(1), &id, Disposition::Accepted, "I agree").await.unwrap();
    app.clock.advance(Duration::minutes(1));
    decide(&app, &supervisor(2), &id, Disposition::IndirectOnly, "letters").await.unwrap();
    let cases = Caller::service("cases");
    let by = async |at| get_referral(&app, &cases, &id, at).await.unwrap().1.screened_by;
    assert_eq!(by(Some(first)).await, Some(officer(1).subject));
    assert_eq!(by(None).await, Some(supervisor(2).subject));
}

#[tokio::test]
async fn what_was_accepted_and_what_does_not_exist_are_one_answer_to_an_officer_without_a_tie() {
    let app = app().await;
    let id = accepted(&app).await;
    let absent = Uuid::from_u128(0xabc).to_string();
    let server = intake::grpc::Server(app.clone());
    let read = async |id: &str| {
        let ask = proto::intake::v1::GetReferralRequest { referral_id: id.into(), ..Default::default() };
        harness::uniform::refused(proto::intake::v1::referral_service_server::ReferralService::get_referral(
            &server,
            harness::uniform::asked(&officer(2), ask),
        ))
        .await
    };
    harness::uniform::same("GetReferral", &read(&id).await, &read(&absent).await, &read(&absent).await);
    let screen = async |id: &str| {
        let ask = proto::intake::v1::ScreenReferralRequest {
            referral_id: id.into(),
            disposition: 1,
            reason: "as heard".into(),
            ..Default::default()
        };
        harness::uniform::refused(proto::intake::v1::referral_service_server::ReferralService::screen_referral(
            &server,
            harness::uniform::asked(&officer(2), ask),
        ))
        .await
    };
    harness::uniform::same("ScreenReferral", &screen(&id).await, &screen(&absent).await, &screen(&absent).await);
}
