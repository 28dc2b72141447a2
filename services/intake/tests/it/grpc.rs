//! The RPCs of intake as a caller sees them: what goes in comes out, and a refusal names what to correct.

use harness::uniform::asked;
use intake::grpc::Server;
use proto::intake::v1::{
    ContactKind, Disposition, GetContactRequest, GetReceiptRequest, GetReferralRequest, ListQueueRequest, Origin, PushContactRequest,
    Referral, ReferralState, ScreenReferralRequest, SubmitReferralRequest, SubmitReferralsRequest, VictimContact,
    contact_service_server::ContactService as _, referral_service_server::ReferralService as _, submission_answer::Answer,
};
use tonic::Code;

use crate::support::*;

#[tokio::test]
async fn a_referral_walks_from_the_form_to_the_decision() {
    let app = app().await;
    let server = Server(app.clone());
    let (sender, officer) = (staff("mission"), officer(1));
    let sent = Referral { modes: vec![1, 4], language: 2, victim_name: "Ada Exemple".into(), ..referral("form-1") };
    let submitted = server.submit_referral(asked(&sender, SubmitReferralRequest { referral: Some(sent.clone()) })).await.unwrap();
    let receipt = submitted.into_inner().receipt.unwrap();
    let by_number = GetReceiptRequest { number: receipt.number.to_lowercase().replace('-', " ") };
    let read_back = server.get_receipt(asked(&sender, by_number)).await.unwrap().into_inner().receipt.unwrap();
    assert!(read_back == receipt);

    let queue = server.list_queue(asked(&officer, ListQueueRequest::default())).await.unwrap().into_inner().entries;
    assert_eq!((queue.len(), queue[0].receipt_number.as_str(), queue[0].state), (1, receipt.number.as_str(), 1));
    let id = queue[0].referral_id.clone();
    let decision = ScreenReferralRequest {
        referral_id: id.clone(),
        disposition: Disposition::IndirectOnly.into(),
        reason: "letters only".into(),
        review_on: String::new(),
        ..Default::default()
    };
    let state = server.screen_referral(asked(&officer, decision)).await.unwrap().into_inner().state;
    assert_eq!(state, i32::from(ReferralState::ScreenedIndirectOnly));

    let cases = caller("service:cases", &["service:cases"], &[], &[]);
    let full = server.get_referral(asked(&cases, GetReferralRequest { referral_id: id, ..Default::default() })).await.unwrap().into_inner();
    assert!(full.referral == Some(sent), "the content reaches the case as it was sent");
    assert_eq!((full.disposition, full.state), (i32::from(Disposition::IndirectOnly), state));
    assert_eq!(full.counted_origin, i32::from(Origin::Institutional));
}

#[tokio::test]
async fn a_refusal_says_what_to_mend_and_a_bulk_answers_every_line() {
    let app = app().await;
    let server = Server(app.clone());
    let bad = Referral { origin: 0, ..referral("2") };
    let status = server.submit_referral(asked(&staff("mission"), SubmitReferralRequest { referral: Some(bad.clone()) })).await;
    let status = status.err().unwrap();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("[GL1: origin-unknown]"));
    let foreign = SubmitReferralRequest { referral: Some(referral("1")) };
    assert_eq!(server.submit_referral(asked(&staff("kent"), foreign)).await.err().unwrap().code(), Code::PermissionDenied);
    let nothing = server.submit_referral(asked(&staff("mission"), SubmitReferralRequest { referral: None })).await;
    assert_eq!(nothing.err().unwrap().code(), Code::InvalidArgument);

    let bulk = SubmitReferralsRequest { referrals: vec![referral("1"), bad, referral("3")], ..SubmitReferralsRequest::default() };
    let answers = server.submit_referrals(asked(&staff("mission"), bulk)).await.unwrap().into_inner().answers;
    let recorded: Vec<bool> = answers.iter().map(|a| matches!(a.answer, Some(Answer::Receipt(_)))).collect();
    assert_eq!(recorded, [true, false, true]);
    let none = server.submit_referrals(asked(&staff("mission"), SubmitReferralsRequest::default())).await.unwrap();
    assert!(none.into_inner().answers.is_empty());
}

#[tokio::test]
async fn a_contact_reaches_notification_as_it_was_pushed() {
    let app = app().await;
    let server = Server(app.clone());
    let vso = caller("vso-pacific", &[proto::role::RVS_MANAGER], &[], &["pacific"]);
    let contact = VictimContact {
        idempotency_key: "c-1".into(),
        region: "pacific".into(),
        victim_ref: "PAC-0001".into(),
        kind: ContactKind::Tty.into(),
        value: "604-555-0100".into(),
        effective_at: Some(base::wire::timestamp(MORNING)),
        ..VictimContact::default()
    };
    server.push_contact(asked(&vso, PushContactRequest { contact: Some(contact.clone()) })).await.unwrap();
    let facts: Vec<proto::intake::v1::ContactPushed> = waiting(&server.0, proto::subject::CONTACT_PUSHED).await;
    let notification = caller("service:notification", &["service:notification"], &[], &[]);
    let ask = GetContactRequest { contact_id: facts[0].contact_id.clone() };
    let read = server.get_contact(asked(&notification, ask)).await.unwrap().into_inner();
    assert!(read.contact == Some(contact));
    assert_eq!(read.received_at, Some(base::wire::timestamp(MORNING)));
    let unsound = VictimContact {
        region: "pacific".into(),
        victim_ref: "PAC-0001".into(),
        value: "604-555-0100".into(),
        effective_at: Some(prost_types::Timestamp { seconds: i64::MAX, nanos: -1 }),
        ..VictimContact::default()
    };
    let refused = server.push_contact(asked(&vso, PushContactRequest { contact: Some(unsound) })).await.err().unwrap();
    assert!(refused.message().contains("effective-at-malformed"));
}

#[tokio::test]
async fn a_request_that_did_not_come_through_the_gate_is_nobodys() {
    let app = app().await;
    let server = Server(app.clone());
    let status = server.list_queue(tonic::Request::new(ListQueueRequest::default())).await.err().unwrap();
    assert_eq!(status.code(), Code::Unauthenticated);
}
