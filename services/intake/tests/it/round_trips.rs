//! Database statements of a referral, one by one, and the messages it leaves in the outbox.

use std::path::Path;

use base::Ids;
use harness::round_trips::{Done, Meter, hold};
use intake::app::{
    App,
    referral::{Batching, Recorder},
};
use messaging::inbox::Incoming;
use prost::Message;
use proto::intake::v1::Referral;

use crate::{
    referral_sets::{deliver_set, published},
    support::{app, referral, staff, submit, submit_all},
};

#[tokio::test]
async fn what_a_referral_and_an_import_ask_of_the_database_is_written_down() {
    let test = app().await;
    let meter = Meter::of(&test.database).await;
    let recorder = Recorder { pool: meter.pool.clone(), clock: test.clock.clone(), outbox: test.outbox.clone() };
    let metered = App { pool: meter.pool.clone(), ids: Ids::seeded(8), batching: Batching::each(recorder), ..(*test).clone() };
    let messages = async || -> Vec<String> {
        let subjects = "select subject from outbox order by position";
        sqlx::query_scalar(subjects).fetch_all(&test.database.admin).await.unwrap()
    };
    // What is asked once in the life of a process, or of a month, is not counted.
    submit(&metered, &staff("mission"), referral("first")).await;
    let before = messages().await.len();
    meter.take();
    submit(&metered, &staff("mission"), referral("second")).await;
    let one = Done { what: "a referral is submitted", statements: meter.take(), messages: messages().await.split_off(before) };
    let hundred = || (0..100).map(|n| referral(&format!("of-many-{n}"))).collect();
    let mut all = vec![one];
    for (what, submitted) in [
        ("a hundred referrals are submitted in one call", hundred()),
        ("the same call comes again", hundred()),
        ("another body comes under a known key", vec![Referral { request: "other words".into(), ..referral("second") }]),
        ("a referral with a safety concern is submitted", vec![Referral { safety_concern: "a threat".into(), ..referral("third") }]),
    ] {
        let before = messages().await.len();
        submit_all(&metered, &staff("mission"), submitted).await;
        all.push(Done { what, statements: meter.take(), messages: messages().await.split_off(before) });
    }
    let before = messages().await.len();
    let sites = ["mission", "kent", "matsqui", "mountain"];
    let sent: Vec<Incoming> = (0..64)
        .map(|n| {
            let site = sites[n % sites.len()];
            published(site, Referral { site: site.into(), ..referral(&format!("by-the-bus-{n}")) }.encode_to_vec())
        })
        .collect();
    meter.take();
    deliver_set(&metered, &sent).await.unwrap();
    let mut messages = messages().await.split_off(before);
    messages.sort();
    messages.dedup();
    all.push(Done { what: "64 referrals of four sites come together by the bus", statements: meter.take(), messages });
    hold(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/round_trips.txt"), &all);
}
