//! Batched submissions: those that wait together are written together, each in its own submitter's name, and none fails because of another.
//! The same for referrals that the bus delivers together.

use std::collections::BTreeMap;

use futures::future::join_all;
use intake::{
    app::{
        App,
        queue::list::list_queue,
        referral::{Batching, Recorder},
    },
    bus::Referrals,
    domain::{Answer, Repeat, queue::list::List},
};
use messaging::{
    inbox::{Handler, Incoming, ReadMessage, Rejection},
    outbox::Fresh,
};
use prost::Message;
use proto::{
    intake::v1::{Referral, SubmissionAnswer, submission_answer},
    safety::v1 as safety,
    subject,
};
use tokio_util::sync::CancellationToken;
use vault::Vault;

use crate::support::*;

/// Intake whose submissions share transactions, and the task that writes them.
async fn gathering() -> (TestDesk, App, CancellationToken) {
    let test = app().await;
    let recorder = Recorder { pool: test.pool.clone(), clock: test.clock.clone(), outbox: test.outbox.clone() };
    let (batching, sets) = Batching::together(recorder);
    let stop = CancellationToken::new();
    tokio::spawn(sets.run(stop.clone()));
    let app = App { batching, ..(*test).clone() };
    (test, app, stop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_submissions_at_once_stand_once_each_in_their_own_submitters_name() {
    let (test, app, _stop) = gathering().await;
    let sites = ["mission", "kent", "matsqui", "mountain"];
    let calls = (0..200).map(|n| {
        let (app, site) = (&app, sites[n % sites.len()]);
        // Every second one is sent twice at the same time.
        let of = Referral { site: site.into(), ..referral(&format!("at-once-{}", n / 8)) };
        async move { submit(app, &staff(site), of).await }
    });
    let receipts = join_all(calls).await;
    let firsts = receipts.iter().filter(|receipt| receipt.repeat == Repeat::First).count();
    assert_eq!((receipts.len(), firsts), (200, 100));
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("select site, submitter, receipt_number from referral").fetch_all(&test.database.admin).await.unwrap();
    assert_eq!(rows.len(), 100);
    for (site, submitter, number) in rows {
        assert_eq!(submitter, format!("staff-{site}"));
        assert_eq!(receipts.iter().filter(|receipt| receipt.number == number).count(), 2);
    }
    let keys: i64 =
        sqlx::query_scalar("select count(*) from data_key where kind = 'referral'").fetch_one(&test.database.admin).await.unwrap();
    assert_eq!((keys, received_facts(&app).await.len()), (100, 100));
    assert_eq!(list_queue(&app, &officer(1), &List::All.into(), 200, "").await.unwrap().0.len(), 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_cannot_be_written_with_the_others_is_answered_alone_and_stops_none() {
    let (_test, app, _stop) = gathering().await;
    submit(&app, &staff("mission"), referral("known")).await;
    let lines = [
        vec![referral("new-1")],
        vec![referral("new-2"), Referral { request: "in other words".into(), ..referral("known") }, referral("new-3")],
        vec![Referral { site: "kent".into(), ..referral("not-theirs") }],
        vec![referral("known")],
        vec![Referral { safety_concern: "he has a knife".into(), ..referral("new-4") }],
        vec![referral("new-5"), Referral { request: "in other words".into(), ..referral("new-5") }],
    ];
    let sender = staff("mission");
    let answers = join_all(lines.into_iter().map(|lines| submit_all(&app, &sender, lines))).await;
    let told = |answer: &Answer| match answer {
        Answer::Recorded(receipt) => format!("{:?}", receipt.repeat),
        Answer::Refused { refusal, .. } => refusal.reason.to_owned(),
    };
    let told: Vec<Vec<String>> = answers.iter().map(|answers| answers.iter().map(told).collect()).collect();
    let expected: [&[&str]; 6] =
        [&["First"], &["First", "OtherBody", "First"], &["site-not-yours"], &["SameBody"], &["First"], &["First", "OtherBody"]];
    assert_eq!(told, expected);
    assert_eq!((count(&app, "referral").await, count(&app, "referral_variant").await), (6, 2));
}

#[tokio::test]
async fn where_nobody_writes_sets_any_more_a_submission_is_recorded_all_the_same() {
    let (_test, app, stop) = gathering().await;
    submit(&app, &staff("mission"), referral("1")).await;
    stop.cancel();
    for key in ["1", "2", "3"] {
        submit(&app, &staff("mission"), referral(key)).await;
    }
    assert_eq!(count(&app, "referral").await, 3);
}

/// Applies the messages as one set, as the runner does with what waits together.
pub async fn deliver_set(app: &App, messages: &[Incoming]) -> Result<usize, Rejection> {
    let handler = Referrals(app.clone());
    let mut set = Vec::new();
    for message in messages {
        set.push(ReadMessage { work: handler.read(message).await?, message, span: tracing::Span::none() });
    }
    let (mut tx, mut fresh) = (service(app).await, Fresh::default());
    handler.apply_set(&mut tx, &mut fresh, set).await?;
    tx.commit().await.unwrap();
    Ok(fresh.len())
}

pub fn published(site: &str, body: Vec<u8>) -> Incoming {
    Incoming {
        event_id: base::Ids::random().uuid().to_string(),
        subject: format!("ro.intake.submit.referral.{site}"),
        body: body.into(),
        headers: BTreeMap::new(),
        attempt: 1,
    }
}

async fn repeats(app: &App, site: &str) -> Vec<String> {
    let answers: Vec<SubmissionAnswer> = waiting(app, &format!("ro.intake.receipt.{site}")).await;
    let told = |answer: SubmissionAnswer| match answer.answer {
        Some(submission_answer::Answer::Receipt(receipt)) => {
            format!("{} {} {}", receipt.idempotency_key, receipt.already_known, receipt.variant_kept)
        }
        Some(submission_answer::Answer::Rejection(rejection)) => rejection.reason,
        None => String::new(),
    };
    answers.into_iter().map(told).collect()
}

#[tokio::test]
async fn referrals_that_the_bus_delivers_together_are_each_recorded_and_answered_as_if_alone() {
    let app = app().await;
    let of = |site: &str, key: &str| Referral { site: site.into(), ..referral(key) };
    submit(&app, &staff("mission"), referral("known")).await;
    let sent = [
        published("mission", of("mission", "new-1").encode_to_vec()),
        published("kent", of("kent", "new-1").encode_to_vec()),
        published("mission", of("mission", "new-1").encode_to_vec()),
        published("mission", of("mission", "known").encode_to_vec()),
        published("mission", Referral { request: "in other words".into(), ..referral("known") }.encode_to_vec()),
        published("kent", of("mission", "foreign").encode_to_vec()),
        published("kent", vec![0xff; 40]),
        published("kent", Referral { safety_concern: "he has a knife".into(), ..of("kent", "new-2") }.encode_to_vec()),
        published("kent", Referral { request: "in other words".into(), ..of("kent", "new-2") }.encode_to_vec()),
    ];
    // The fact that the new ones share, and the answers: all but those of the full path and of the message that cannot be read come from
    // memory.
    assert_eq!(deliver_set(&app, &sent).await.unwrap(), 1 + 8);
    assert_eq!(repeats(&app, "mission").await, ["new-1 false false", "new-1 true false", "known true false", "known true true"]);
    let mut kent = repeats(&app, "kent").await;
    kent.sort();
    assert_eq!(kent, ["malformed-message", "new-1 false false", "new-2 false false", "new-2 true true", "site-mismatch"]);
    assert_eq!((count(&app, "referral").await, count(&app, "referral_variant").await, count(&app, "quarantine").await), (4, 2, 1));
    assert_eq!(received_facts(&app).await.len(), 4);
    assert_eq!(waiting::<safety::Concern>(&app, subject::RAISE_BY_INTAKE).await.len(), 1);
    let rows: Vec<(String, String)> =
        sqlx::query_as("select distinct site, submitter from referral order by 1, 2").fetch_all(&app.database.admin).await.unwrap();
    assert_eq!(rows, [("kent", "bus:kent"), ("mission", "bus:mission"), ("mission", "staff-mission")].map(|(a, b)| (a.into(), b.into())));
}

#[tokio::test]
async fn a_set_with_a_message_of_no_site_is_refused_whole_and_nothing_of_it_stays() {
    let app = app().await;
    let sent = [published("mission", referral("1").encode_to_vec()), published("*", referral("2").encode_to_vec())];
    let refused = deliver_set(&app, &sent).await;
    assert!(matches!(refused, Err(Rejection::Never { reason: "subject-malformed", .. })));
    assert_eq!((count(&app, "referral").await, count(&app, "outbox").await), (0, 0));
}

#[tokio::test]
async fn where_no_key_can_be_had_a_set_is_not_recorded_in_clear() {
    let app = app().await;
    let mut keyless = (*app).clone();
    keyless.vault = Vault::none("intake", app.clock.clone());
    let refused = deliver_set(&keyless, &[published("mission", referral("1").encode_to_vec())]).await;
    assert!(matches!(refused, Err(Rejection::Later(_))));
    assert_eq!(count(&app, "referral").await, 0);
}
