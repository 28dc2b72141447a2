//! Submissions delivered by the bus: answered on the receipt subject of the site or region that may publish there.

use std::collections::BTreeMap;

use intake::{
    app::App,
    bus::{Concerns, Contacts, Referrals},
};
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use prost::Message;
use proto::{
    intake::v1::{Origin, Receipt, Referral, Rejection as Refused, SubmissionAnswer, VictimContact, submission_answer::Answer},
    safety::v1::Concern,
};

use crate::support::*;

fn message(subject: &str, body: Vec<u8>) -> Incoming {
    Incoming {
        event_id: intake::domain::Body::of(body.clone()).hex(),
        subject: subject.into(),
        body: body.into(),
        headers: BTreeMap::new(),
        attempt: 1,
    }
}

/// Reads and applies in one transaction, as the runner does.
async fn deliver<H: Handler>(app: &App, handler: &H, message: &Incoming) -> Result<(), Rejection> {
    let work = handler.read(message).await?;
    let mut tx = service(app).await;
    handler.apply(&mut tx, &mut Fresh::default(), work, message).await?;
    tx.commit().await.unwrap();
    Ok(())
}

async fn answers(app: &App, place: &str) -> Vec<Result<Receipt, Box<Refused>>> {
    let answers: Vec<SubmissionAnswer> = waiting(app, &format!("ro.intake.receipt.{place}")).await;
    let answers = answers.into_iter().map(|a| match a.answer {
        Some(Answer::Receipt(receipt)) => Ok(receipt),
        Some(Answer::Rejection(rejection)) => Err(Box::new(rejection)),
        None => panic!("an answer says nothing"),
    });
    answers.collect()
}

#[tokio::test]
async fn a_referral_published_twice_is_recorded_once_and_answered_twice() {
    let app = app().await;
    let handler = Referrals(app.clone());
    let incoming = message("ro.intake.submit.referral.mission", referral("form-1").encode_to_vec());
    for _ in 0..2 {
        deliver(&app, &handler, &incoming).await.unwrap();
    }
    let answers = answers(&app, "mission").await;
    let [Ok(first), Ok(again)] = answers.as_slice() else { panic!("two receipts were expected") };
    assert_eq!((&first.number, first.already_known, again.already_known), (&again.number, false, true));
    assert_eq!(first.idempotency_key, "form-1");
    assert_eq!(count(&app, "referral").await, 1);
}

#[tokio::test]
async fn a_publisher_of_one_site_cannot_submit_for_another_and_is_told_where_it_may_read() {
    let app = app().await;
    let foreign = Referral { site: "kent".into(), safety_concern: "help".into(), ..referral("form-1") };
    deliver(&app, &Referrals(app.clone()), &message("ro.intake.submit.referral.mission", foreign.encode_to_vec())).await.unwrap();
    let told = answers(&app, "mission").await;
    let [Err(rejection)] = told.as_slice() else { panic!("a rejection was expected") };
    assert_eq!((rejection.reason.as_str(), rejection.clause.as_str(), rejection.field.as_str()), ("site-mismatch", "R6a", "site"));
    assert_eq!(rejection.idempotency_key, "form-1");
    assert!(rejection.message_en.contains("subject") && rejection.message_fr.contains("sujet"));
    assert!(answers(&app, "kent").await.is_empty());
    assert_eq!((count(&app, "referral").await, count(&app, "quarantine").await), (0, 0));
    let raised = waiting::<Concern>(&app, proto::subject::RAISE_BY_INTAKE).await;
    assert_eq!(
        raised.iter().map(|concern| concern.site.as_str()).collect::<Vec<_>>(),
        ["mission"],
        "its concern rings at the vouched site"
    );
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_answered_and_kept_with_its_bytes() {
    let app = app().await;
    let mut not_utf8 = referral("form-1").encode_to_vec();
    let place = not_utf8.windows(4).position(|w| w == b"Jean").unwrap();
    not_utf8[place] = 0xFF;
    let truncated = referral("form-1").encode_to_vec().split_last().unwrap().1[..20].to_vec();
    let hostile = [vec![0xFF; 40], not_utf8, truncated, vec![0; 300 * 1024]];
    for body in &hostile {
        deliver(&app, &Referrals(app.clone()), &message("ro.intake.submit.referral.mission", body.clone())).await.unwrap();
    }
    deliver(&app, &Contacts(app.clone()), &message("ro.intake.submit.contact.pacific", vec![0xFF; 9])).await.unwrap();
    for (place, expected) in [("mission", 4), ("pacific", 1)] {
        let told = answers(&app, place).await;
        assert_eq!(told.len(), expected, "{place}");
        for answer in told {
            assert_eq!(answer.map(|r| r.number).map_err(|r| r.reason), Err("malformed-message".to_owned()));
        }
    }
    let mut kept = Vec::new();
    let rows: Vec<(String, Vec<u8>)> =
        sqlx::query_as("select event_id, sealed from quarantine where reason = 'malformed-message' and consumer = 'intake-referrals'")
            .fetch_all(&mut *service(&app).await)
            .await
            .unwrap();
    for (event_id, sealed) in rows {
        let mut db = service(&app).await;
        kept.push(messaging::quarantine::open(&mut db, &app.vault, "intake-referrals", &event_id, &sealed).await.unwrap().1);
    }
    assert_eq!(kept.len(), 4);
    assert!(hostile.iter().all(|body| kept.contains(body)));
    assert_eq!(count(&app, "referral").await, 0);
}

#[tokio::test]
async fn a_concern_in_a_message_that_cannot_be_read_rings_all_the_same() {
    let app = app().await;
    let mut bytes = Referral { safety_concern: "il a un couteau".into(), ..referral("form-1") }.encode_to_vec();
    let place = bytes.windows(4).position(|w| w == b"Jean").unwrap();
    bytes[place] = 0xE9;
    deliver(&app, &Referrals(app.clone()), &message("ro.intake.submit.referral.mission", bytes)).await.unwrap();
    let rung = waiting::<Concern>(&app, proto::subject::RAISE_BY_INTAKE).await;
    assert_eq!(rung.iter().map(|c| (c.text.as_str(), c.site.as_str())).collect::<Vec<_>>(), [("il a un couteau", "mission")]);
    assert_eq!((count(&app, "referral").await, count(&app, "quarantine").await), (0, 1));
}

#[tokio::test]
async fn every_cut_of_a_referral_is_answered_with_a_receipt_or_a_reason() {
    let app = app().await;
    let whole = referral("form-1").encode_to_vec();
    for length in 0..whole.len() {
        let cut = message("ro.intake.submit.referral.mission", whole[..length].to_vec());
        deliver(&app, &Referrals(app.clone()), &cut).await.unwrap();
    }
    let told = answers(&app, "mission").await;
    assert_eq!(told.len(), whole.len());
    assert!(told.iter().all(|a| a.as_ref().err().is_none_or(|r| !r.reason.is_empty() && !r.message_fr.is_empty())));
}

#[tokio::test]
async fn an_unknown_origin_is_refused_with_the_field_and_other_unknown_values_are_kept() {
    let app = app().await;
    let handler = Referrals(app.clone());
    let newer = Referral { origin: 42, ..referral("1") };
    deliver(&app, &handler, &message("ro.intake.submit.referral.mission", newer.encode_to_vec())).await.unwrap();
    let open = Referral { origin: Origin::Victim.into(), victim_registered: 9, modes: vec![77], language: -1, ..referral("2") };
    deliver(&app, &handler, &message("ro.intake.submit.referral.mission", open.encode_to_vec())).await.unwrap();
    let told = answers(&app, "mission").await;
    assert_eq!(told[0].as_ref().map(|_| ()).map_err(|r| (r.reason.as_str(), r.field.as_str())), Err(("origin-unknown", "origin")));
    assert!(told[1].is_ok());
    let content = only_content(&app).await;
    assert!(intake::wire::kept_referral(&content, "2").unwrap() == open);
}

#[tokio::test]
async fn a_subject_that_names_no_place_is_set_aside_by_the_runner() {
    let app = app().await;
    for subject in ["ro.intake.submit.referral.Mission", "ro.intake.submit.referral", "ro.intake.submit.referral.*"] {
        let refused = deliver(&app, &Referrals(app.clone()), &message(subject, referral("1").encode_to_vec())).await;
        assert!(matches!(refused, Err(Rejection::Never { reason: "subject-malformed", .. })), "{subject}");
    }
    assert_eq!((count(&app, "referral").await, count(&app, "outbox").await), (0, 0));
}

#[tokio::test]
async fn a_region_pushes_its_own_contacts_on_its_own_subject() {
    let app = app().await;
    let handler = Contacts(app.clone());
    let contact = VictimContact {
        idempotency_key: "c-1".into(),
        region: "pacific".into(),
        victim_ref: "PAC-0001".into(),
        do_not_contact: true,
        ..VictimContact::default()
    };
    deliver(&app, &handler, &message("ro.intake.submit.contact.pacific", contact.encode_to_vec())).await.unwrap();
    deliver(&app, &handler, &message("ro.intake.submit.contact.quebec", contact.encode_to_vec())).await.unwrap();
    assert!(answers(&app, "pacific").await[0].as_ref().is_ok_and(|r| r.number.starts_with("RV-")));
    let told = answers(&app, "quebec").await;
    assert_eq!(told[0].as_ref().map(|_| ()).map_err(|r| r.reason.as_str()), Err("region-mismatch"));
    assert_eq!(count(&app, "contact").await, 1);
}

#[tokio::test]
async fn the_concern_in_a_referral_that_cannot_be_recorded_is_raised_all_the_same_and_sent_until_safety_has_it() {
    let app = app().await;
    let sent = Referral { safety_concern: "said he will hurt himself".into(), ..referral("form-1") };
    let incoming = message("ro.intake.submit.referral.mission", sent.encode_to_vec());
    // As after a panic, or an answer of the database that never changes.
    let mut tx = service(&app).await;
    Referrals(app.clone()).save(&mut tx, &mut Fresh::default(), &incoming).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&app, "referral").await, 0);
    let raised: Vec<Concern> = waiting(&app, "ro.safety.raise.%").await;
    let [concern] = raised.as_slice() else { panic!("one concern was expected") };
    assert_eq!((concern.text.as_str(), concern.site.as_str()), ("said he will hurt himself", "mission"));
    // Until safety says that it has it, and not because of what it says of another.
    let mut open = "select count(*) from outbox where must_be_confirmed and urgent and confirmed_at is null";
    let unconfirmed = async |sql: &'static str| sqlx::query_scalar::<_, i64>(sql).fetch_one(&app.database.admin).await.unwrap();
    for (concern_id, left) in [("11111111-1111-4111-8111-111111111111", 1), (concern.concern_id.as_str(), 0)] {
        let fact = proto::safety::v1::ConcernRaised { concern_id: concern_id.into(), ..Default::default() };
        let told = message(proto::subject::CONCERN_RAISED, fact.encode_to_vec());
        deliver(&app, &Concerns(app.clock.clone()), &told).await.unwrap();
        assert_eq!(unconfirmed(open).await, left);
    }
    open = "select count(*) from outbox where confirmed_at is not null";
    assert_eq!(unconfirmed(open).await, 1);
}
