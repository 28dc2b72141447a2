//! Row security of intake: what the database itself shows of the queue and of contacts [R3c, TRAP-4].

use base::Caller;
use harness::row_security;
use intake::{app::contact::push::push_contact, domain::Disposition};
use proto::intake::v1::{Referral, VictimContact};
use sqlx::Executor;

use crate::support::{TestDesk, app, caller, officer, only_id, referral, staff, submit, supervisor};

/// One referral of Mission with a decision and another body beside it, one of Kent, and a contact of the Pacific.
async fn filled() -> TestDesk {
    let app = app().await;
    submit(&app, &staff("mission"), referral("1")).await;
    let id = only_id(&app).await;
    let other_words = Referral { request: "in other words".into(), ..referral("1") };
    submit(&app, &caller("system-of-mission", &[proto::role::STAFF], &["mission"], &[]), other_words).await;
    crate::screening::decide(&app, &officer(1), &id, Disposition::Accepted, "they agree").await.unwrap();
    submit(&app, &staff("kent"), Referral { site: "kent".into(), ..referral("1") }).await;
    let told = VictimContact {
        idempotency_key: "1".into(),
        region: "pacific".into(),
        victim_ref: "V-1".into(),
        value: "604-555-0100".into(),
        ..VictimContact::default()
    };
    let (told, body) = intake::wire::contact(told);
    push_contact(&app, &victim_services("pacific"), &told, &body).await.unwrap();
    app
}

fn victim_services(region: &str) -> Caller {
    caller(&format!("rvs-{region}"), &[proto::role::RVS_MANAGER], &[], &[region])
}

/// Referrals, variants, decisions and contacts that the caller's transaction sees, with no `where` at all.
async fn sees(app: &TestDesk, who: &Caller, places: &[&str]) -> [i64; 4] {
    let mut tx = app.begin(who, places.iter().map(|place| (*place).to_owned())).await.unwrap();
    let seen = row_security::seen(&mut tx).await;
    ["referral", "referral_variant", "screening_decision", "contact"].map(|table| seen.get(table).copied().unwrap_or_default())
}

#[tokio::test]
async fn each_sees_in_the_database_what_they_sent_and_only_the_rj_unit_and_the_service_that_takes_it_over_see_the_rest() {
    let app = filled().await;
    assert_eq!(sees(&app, &officer(1), &[]).await, [2, 1, 1, 1]);
    assert_eq!(sees(&app, &officer(2), &[]).await, [1, 0, 0, 1], "an officer without a tie to the case");
    assert_eq!(sees(&app, &supervisor(1), &[]).await, [2, 1, 1, 1]);
    assert_eq!(sees(&app, &staff("mission"), &[]).await, [1, 0, 0, 0]);
    assert_eq!(sees(&app, &caller("system-of-mission", &[], &[], &[]), &[]).await, [1, 1, 0, 0], "whoever sent the second body");
    assert_eq!(sees(&app, &staff("kent"), &["kent"]).await, [1, 0, 0, 0]);
    assert_eq!(sees(&app, &caller("other-of-mission", &[proto::role::STAFF], &["mission"], &[]), &[]).await, [0; 4]);
    assert_eq!(sees(&app, &victim_services("pacific"), &[]).await, [0, 0, 0, 1]);
    assert_eq!(sees(&app, &victim_services("ontario"), &["ontario"]).await, [0; 4]);
    assert_eq!(sees(&app, &Caller::service("cases"), &[]).await, [2, 1, 1, 0]);
    assert_eq!(sees(&app, &Caller::service("notification"), &[]).await, [0, 0, 0, 1]);
    assert_eq!(sees(&app, &Caller::service("reporting"), &[]).await, [0; 4]);
    // A token that names a service is refused by the gRPC server; here it would reach nothing either.
    assert_eq!(sees(&app, &caller("", &[], &[], &[]), &["mission", "pacific"]).await, [0; 4]);
    assert!(row_security::seen(&mut app.pool.begin().await.unwrap()).await.is_empty());
}

#[tokio::test]
async fn nobody_writes_into_the_queue_in_anothers_name_or_decides_on_a_referral() {
    let app = filled().await;
    let mut tx = app.begin(&staff("kent"), ["kent".to_owned()]).await.unwrap();
    for (forged, why) in [("'mission', 'k', ", "'staff-kent'"), ("'kent', 'k', ", "'somebody-else'")] {
        let insert = format!(
            "insert into referral (referral_id, receipt_number, site, idempotency_key, body_hash, content, origin, counted_origin, flags,
                                   submitter, received_at, state)
             values (gen_random_uuid(), 'RO-X', {forged} sha256(''), '', 'victim', 'victim', '{{}}', {why}, now(), 'received')"
        );
        let mut step = sqlx::Acquire::begin(&mut *tx).await.unwrap();
        let refused = step.execute(sqlx::AssertSqlSafe(insert)).await.unwrap_err().to_string();
        assert!(refused.contains("row-level security"), "{refused}");
    }
    assert_eq!(tx.execute("update referral set flags = '{}' where site <> 'kent'").await.unwrap().rows_affected(), 0);
    let decide = "insert into screening_decision (referral_id, number, disposition, reason, decided_by, decided_at)
                  select referral_id, 9, 'accepted', 'x', 'x', now() from referral";
    assert!(tx.execute(decide).await.unwrap_err().to_string().contains("row-level security"));
}

#[tokio::test]
async fn every_table_of_intake_is_fenced() {
    assert_eq!(row_security::gaps(&app().await.database.admin).await, Vec::<String>::new());
}
