//! Bad input: answered, or quarantined where an operator sees it; it blocks nobody and loses nothing.

use std::time::Duration;

use harness::{system::SOON, wait::eventually};
use prost::Message;
use proto::intake::v1::{Origin, Referral, SubmissionAnswer, SubmitReferralRequest, submission_answer::Answer};
use tokio_stream::StreamExt;
use tonic_types::StatusExt;

use crate::{
    samples::{fresh_key, institutional_referral},
    system,
};

const SUBJECT: &str = "ro.intake.submit.referral.mission";
const RECEIPTS: &str = "ro.intake.receipt.mission";

async fn answer(receipts: &mut async_nats::Subscriber, wanted: impl Fn(&Answer) -> bool) -> Answer {
    let search = async {
        loop {
            let message = receipts.next().await.unwrap();
            let answer = SubmissionAnswer::decode(message.payload).unwrap().answer.unwrap();
            if wanted(&answer) {
                return answer;
            }
        }
    };
    tokio::time::timeout(SOON, search).await.unwrap()
}

fn is_rejection(reason: &'static str) -> impl Fn(&Answer) -> bool {
    move |answer| matches!(answer, Answer::Rejection(r) if r.reason == reason)
}

#[tokio::test]
async fn bytes_that_are_no_referral_are_answered_and_the_next_one_goes_through() {
    let system = system().await;
    let bus = system.bus("publishing-system-mission").await;
    let mut receipts = bus.subscribe(RECEIPTS).await.unwrap();
    let invalid_utf8 = bytes::Bytes::from_static(b"\x22\x03\xff\xfe\xfd");
    for bad in [bytes::Bytes::from_static(b"\xff\xff\xff\xff"), invalid_utf8] {
        bus.publish(SUBJECT, bad).await.unwrap();
        let told = answer(&mut receipts, is_rejection("malformed-message")).await;
        let Answer::Rejection(told) = told else { unreachable!() };
        assert!(!told.message_en.is_empty() && !told.message_fr.is_empty() && !told.clause.is_empty());
    }
    let good = institutional_referral("mission");
    let key = good.idempotency_key.clone();
    bus.publish(SUBJECT, good.encode_to_vec().into()).await.unwrap();
    answer(&mut receipts, |a| matches!(a, Answer::Receipt(r) if r.idempotency_key == key)).await;
    let db = system.database("intake").await;
    let kept: i64 = sqlx::query_scalar("select count(*) from quarantine where subject = $1").bind(SUBJECT).fetch_one(&db).await.unwrap();
    assert!(kept >= 2, "{kept}");
}

#[tokio::test]
async fn an_unknown_origin_and_a_referral_that_says_nothing_are_answered_with_what_to_mend() {
    let system = system().await;
    let bus = system.bus("publishing-system-mission").await;
    let mut receipts = bus.subscribe(RECEIPTS).await.unwrap();
    for bad in [
        Referral { origin: 77, ..institutional_referral("mission") },
        Referral { idempotency_key: fresh_key(), origin: Origin::Institutional as i32, site: "mission".into(), ..Referral::default() },
    ] {
        let key = bad.idempotency_key.clone();
        bus.publish(SUBJECT, bad.encode_to_vec().into()).await.unwrap();
        let told = answer(&mut receipts, |a| matches!(a, Answer::Rejection(r) if r.idempotency_key == key)).await;
        let Answer::Rejection(told) = told else { unreachable!() };
        assert!(!told.field.is_empty() && !told.reason.is_empty(), "{}", told.reason);
    }
}

#[tokio::test]
async fn a_referral_for_another_site_is_refused_by_the_bus_by_the_body_and_by_grpc() {
    let system = system().await;
    let bus = system.bus("publishing-system-mission").await;
    let mut receipts = bus.subscribe(RECEIPTS).await.unwrap();
    // By the body: the subject is its own, the referral names another site.
    let foreign = institutional_referral("kent");
    let key = foreign.idempotency_key.clone();
    bus.publish(SUBJECT, foreign.encode_to_vec().into()).await.unwrap();
    let told = answer(&mut receipts, |a| matches!(a, Answer::Rejection(r) if r.idempotency_key == key)).await;
    assert!(matches!(told, Answer::Rejection(r) if r.reason == "site-mismatch"));
    // By the bus: what is published on another site's subject is never stored.
    let other = institutional_referral("kent");
    bus.publish("ro.intake.submit.referral.kent", other.encode_to_vec().into()).await.unwrap();
    bus.flush().await.unwrap();
    // By gRPC.
    let refused =
        system.referrals("staff-mission").submit_referral(SubmitReferralRequest { referral: Some(institutional_referral("kent")) }).await;
    assert_eq!(refused.err().unwrap().get_details_error_info().unwrap().reason, "site-not-yours");
    // A later message of its own site has gone through; the foreign one is nowhere.
    let good = institutional_referral("mission");
    let good_key = good.idempotency_key.clone();
    bus.publish(SUBJECT, good.encode_to_vec().into()).await.unwrap();
    answer(&mut receipts, |a| matches!(a, Answer::Receipt(r) if r.idempotency_key == good_key)).await;
    let db = system.database("intake").await;
    let stored: i64 = sqlx::query_scalar("select count(*) from referral where idempotency_key = any($1)")
        .bind([key, other.idempotency_key])
        .fetch_one(&db)
        .await
        .unwrap();
    assert_eq!(stored, 0);
}

#[tokio::test]
async fn the_same_key_with_another_body_is_kept_beside_the_first() {
    let system = system().await;
    let first = institutional_referral("mission");
    let second = Referral { request: "asks for something else".into(), ..first.clone() };
    let submit = async |r: &Referral| {
        let sent = system.referrals("staff-mission").submit_referral(SubmitReferralRequest { referral: Some(r.clone()) }).await.unwrap();
        sent.into_inner().receipt.unwrap()
    };
    let one = submit(&first).await;
    let same = submit(&first).await;
    let other = submit(&second).await;
    assert!(same.already_known && !same.variant_kept);
    assert!(other.already_known && other.variant_kept);
    assert!(one.number == same.number && one.number == other.number);
}

#[tokio::test]
async fn a_message_larger_than_the_stream_takes_is_refused_to_its_sender() {
    let system = system().await;
    let jetstream = async_nats::jetstream::new(system.bus("publishing-system-mission").await);
    let large = Referral { request: "x".repeat(400 * 1024), ..institutional_referral("mission") };
    let published = async { jetstream.publish(SUBJECT, large.encode_to_vec().into()).await.unwrap().await };
    let refused = tokio::time::timeout(SOON, published).await.unwrap();
    assert!(refused.is_err());
    let by_grpc = system.referrals("staff-mission").submit_referral(SubmitReferralRequest { referral: Some(large) }).await;
    assert_eq!(by_grpc.err().unwrap().code(), tonic::Code::InvalidArgument);
}

#[tokio::test]
async fn an_event_that_nobody_can_read_is_set_aside_and_blocks_nobody() {
    let system = system().await;
    // As cases would publish it, were it broken: straight into the stream with its own credential is not possible for a test,
    // so a referral is screened while its event is replaced by garbage in the outbox.
    let db = system.database("intake").await;
    let event = uuid::Uuid::from_u128(rand_from(&fresh_key()));
    sqlx::query(
        "insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, created_at, next_attempt_at)
         values ($1, $1, 'ro.intake.event.referral-screened', '\\xffffffff', false, false, now(), now())",
    )
    .bind(event)
    .execute(&db)
    .await
    .unwrap();
    for service in ["cases", "reporting"] {
        let db = system.database(service).await;
        let look = async || {
            let found: i64 = sqlx::query_scalar("select count(*) from quarantine where event_id like '%' || $1")
                .bind(event.to_string())
                .fetch_one(&db)
                .await
                .map_err(|e| e.to_string())?;
            if found == 1 { Ok(()) } else { Err(format!("{found} set aside in {service}")) }
        };
        eventually("it is set aside", SOON, look).await;
    }
    let good = institutional_referral("mission");
    let sent = system.referrals("staff-mission").submit_referral(SubmitReferralRequest { referral: Some(good) }).await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), crate::referral::queued(&system, &sent.into_inner().receipt.unwrap().number))
        .await
        .unwrap();
}

fn rand_from(key: &str) -> u128 {
    key.parse::<uuid::Uuid>().unwrap().as_u128()
}
