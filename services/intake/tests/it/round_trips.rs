//! What a referral asks of the database, statement by statement, and what it leaves for the bus.

use std::path::Path;

use chassis::Ids;
use harness::round_trips::{Done, Meter, hold};
use intake::app::Desk;

use crate::support::{desk, referral, staff, submit, submit_all};

#[tokio::test]
async fn what_a_referral_and_an_import_ask_of_the_database_is_written_down() {
    let test = desk().await;
    let meter = Meter::of(&test.database).await;
    let metered = Desk { pool: meter.pool.clone(), ids: Ids::seeded(8), ..(*test).clone() };
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
    let hundred: Vec<_> = (0..100).map(|n| referral(&format!("of-many-{n}"))).collect();
    submit_all(&metered, &staff("mission"), hundred).await;
    let statements = meter.take();
    assert!(statements.len() < 500, "a hundred at once: {} round trips", statements.len());
    hold(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/round_trips.txt"), &[one]);
}
