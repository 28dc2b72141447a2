//! Batched submissions: those that wait together are written together, each in its own submitter's name, and none fails because of another.

use futures::future::join_all;
use intake::{
    app::{Answer, App, Repeat, record_batched::Batching},
    store::referral::all,
};
use proto::{
    intake::v1::{Referral, ReferralReceived},
    subject,
};
use tokio_util::sync::CancellationToken;

use crate::support::*;

/// Intake whose submissions share transactions, and the task that writes them.
async fn gathering() -> (TestDesk, App, CancellationToken) {
    let test = app().await;
    let (batching, sets) = Batching::together(test.pool.clone());
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
    assert_eq!((keys, waiting::<ReferralReceived>(&app, subject::REFERRAL_RECEIVED).await.len()), (100, 100));
    let mut tx = service(&app).await;
    let start = (time::OffsetDateTime::UNIX_EPOCH, sqlx::types::Uuid::nil());
    assert_eq!(all(&mut tx, start, None, 200).await.unwrap().len(), 100);
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
