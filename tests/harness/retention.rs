//! Cases whose retention is over: everything that was done to one, in every service, moved to the past.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use sqlx::Executor;

use crate::system::System;

/// The clock of the running system is the machine's: what was done is moved to the past instead. By an administrator, past every trigger.
///
/// # Panics
/// There is no such case, or nobody was told of it yet.
pub async fn age(system: &System, case: &str, referral: &str) {
    let mut db = system.database("cases").await.acquire().await.unwrap();
    db.execute("set session_replication_role = replica").await.unwrap();
    for past in [
        "update case_file set opened_at = opened_at - interval '25 months', screened_at = screened_at - interval '25 months', \
         moved_at = moved_at - interval '25 months' where id = $1::uuid",
        "update case_move set moved_at = moved_at - interval '25 months' where case_id = $1::uuid",
        "update participant set added_at = added_at - interval '25 months' where case_id = $1::uuid",
        "update case_step set taken_at = taken_at - interval '25 months' where case_id = $1::uuid",
        "update case_access set since = since - interval '25 months' where case_id = $1::uuid",
    ] {
        assert!(sqlx::query(past).bind(case).execute(&mut *db).await.unwrap().rows_affected() > 0, "{past}");
    }
    db.execute("set session_replication_role = origin").await.unwrap();
    let received = "update referral set received_at = received_at - interval '25 months', told_at = told_at - interval '25 months', \
                    accepted_at = accepted_at - interval '25 months' where referral_id = $1::uuid";
    let mut intake = system.database("intake").await.acquire().await.unwrap();
    intake.execute("set session_replication_role = replica").await.unwrap();
    assert!(sqlx::query(received).bind(referral).execute(&mut *intake).await.unwrap().rows_affected() > 0, "no referral");
    let decided = "update screening_decision set decided_at = decided_at - interval '25 months' where referral_id = $1::uuid";
    assert!(sqlx::query(decided).bind(referral).execute(&mut *intake).await.unwrap().rows_affected() > 0, "nobody decided");
    intake.execute("set session_replication_role = origin").await.unwrap();
    let told = "update inbox_item set created_at = created_at - interval '25 months' where about = $1::uuid";
    let told = sqlx::query(told).bind(case).execute(&system.database("notification").await).await.unwrap();
    assert!(told.rows_affected() > 0, "nobody was told of the case");
}
