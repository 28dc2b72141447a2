//! Sealing of submissions in the database; a safety concern in one waits for no key [RM1b].

use std::collections::BTreeSet;

use harness::dump;
use intake::{
    app::{
        contact::push::push_contact,
        queue::{
            get::get_referral,
            screen::{Screening, screen_referral},
        },
        referral::submit,
    },
    domain::Disposition,
    store::sealed::InClear,
};
use proto::{
    intake::v1::{ContactKind, Referral, VictimContact},
    safety::v1::Concern,
    subject,
};
use vault::Vault;

use crate::support::*;

fn marked(key: &str) -> Referral {
    Referral { request: "marker-request".into(), victim_name: "marker-victim".into(), offender_fps: "marker-fps".into(), ..referral(key) }
}

/// The tables in which something of [`marked`] stands.
async fn marked_tables(app: &TestDesk) -> BTreeSet<String> {
    let copy = dump::rows(&app.database.admin).await;
    assert!(dump::holders(&copy, "mission").contains("referral"), "the copy was not read");
    dump::holders(&copy, "marker-").into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_copy_of_the_queue_holds_no_name_and_no_word_and_the_rj_unit_reads_it_all() {
    let app = app().await;
    submit(&app, &staff("mission"), marked("1")).await;
    submit(&app, &staff("mission"), Referral { request: "marker-other".into(), ..marked("1") }).await;
    let id = only_id(&app).await;
    let decision = Screening {
        referral_id: &id,
        disposition: Some(Disposition::Accepted),
        reason: "marker-reason".to_owned().into(),
        review_on: "",
        duplicate_of: "",
    };
    screen_referral(&app, &officer(1), decision).await.unwrap();
    assert_eq!(marked_tables(&app).await, BTreeSet::new());
    let (_, full, _) = get_referral(&app, &officer(1), &id, None).await.unwrap();
    let read = String::from_utf8_lossy(&full.content).into_owned();
    assert!(read.contains("marker-request") && read.contains("marker-victim") && read.contains("marker-fps"));
    assert!(full.variants.len() == 1 && String::from_utf8_lossy(&full.variants[0]).contains("marker-other"));
}

#[tokio::test]
async fn a_submission_that_is_sent_again_leaves_no_key_behind() {
    let app = app().await;
    for _ in 0..3 {
        submit(&app, &staff("mission"), marked("1")).await;
        let (told, body) = intake::wire::contact(VictimContact {
            idempotency_key: "1".into(),
            region: "pacific".into(),
            victim_ref: "marker-ref".into(),
            kind: ContactKind::Email.into(),
            value: "marker@example.org".into(),
            ..VictimContact::default()
        });
        let manager = caller("rvs-pacific", &[proto::role::RVS_MANAGER], &[], &["pacific"]);
        push_contact(&app, &manager, &told, &body).await.unwrap();
    }
    let keys: Vec<(String, i64)> =
        sqlx::query_as("select kind, count(*) from data_key where kind in ('referral', 'contact') group by kind order by kind")
            .fetch_all(&app.database.admin)
            .await
            .unwrap();
    assert_eq!(keys, [("contact".to_owned(), 1), ("referral".to_owned(), 1)]);
}

#[tokio::test]
async fn without_a_key_a_referral_waits_and_one_with_a_safety_concern_does_not() {
    let app = app().await;
    let mut keyless = (*app).clone();
    keyless.vault = Vault::none("intake", app.clock.clone());
    let refused = submit::submit(&keyless, &staff("mission"), vec![submission(marked("1"))]).await;
    assert!(matches!(refused, Err(base::Error::Database(error)) if base::refusal::is_passing(&error)));
    assert_eq!(count(&app, "referral").await, 0);
    let urgent = Referral { safety_concern: "marker-danger".into(), ..marked("2") };
    submit::submit(&keyless, &staff("mission"), vec![submission(urgent)]).await.unwrap();
    let raised: Vec<Concern> = waiting(&keyless, subject::RAISE_BY_INTAKE).await;
    assert_eq!(raised[0].text, "marker-danger");
    // With the key, what was kept in clear is sealed: the referral, and the concern that waits for the bus.
    assert_eq!(messaging::leftovers::seal_leftovers(&app.pool, &app.vault, &InClear, MORNING).await.unwrap(), 2);
    assert!(String::from_utf8_lossy(&only_content(&app).await).contains("marker-request"));
    assert_eq!(marked_tables(&app).await, BTreeSet::new());
}

#[tokio::test]
async fn what_a_former_version_left_in_clear_is_sealed_and_no_decision_is_rewritten() {
    let app = app().await;
    submit(&app, &staff("mission"), marked("1")).await;
    let content = only_content(&app).await;
    sqlx::query("update referral set content = $1, content_sealed = null").bind(&content).execute(&app.database.admin).await.unwrap();
    sqlx::query(
        "insert into screening_decision (referral_id, number, disposition, reason, decided_by, decided_at)
         select referral_id, 1, 'duplicate', 'marker-reason', 'officer', now() from referral",
    )
    .execute(&app.database.admin)
    .await
    .unwrap();
    assert!(sqlx::query("update screening_decision set reason = 'other'").execute(&app.database.admin).await.is_err());
    assert_eq!(Vec::from_iter(marked_tables(&app).await), ["referral", "screening_decision"]);
    assert_eq!(messaging::leftovers::seal_leftovers(&app.pool, &app.vault, &InClear, MORNING).await.unwrap(), 2);
    assert_eq!(marked_tables(&app).await, BTreeSet::new());
    assert_eq!(only_content(&app).await, content);
    for rewrite in ["update screening_decision set reason_sealed = 'x'", "delete from screening_decision"] {
        assert!(sqlx::query(rewrite).execute(&app.database.admin).await.is_err(), "{rewrite}");
    }
}
