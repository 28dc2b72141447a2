//! Who tried what is in the audit log within seconds, and a superuser of the database cannot change it unnoticed.

use std::process::Command;

use harness::{
    system::{SOON, System},
    wait::eventually,
};
use proto::cases::v1::{GetCaseRequest, ListCasesRequest};

use crate::{people::fresh_key, system};

/// What `ro audit verify` says of one service, and whether it found everything in order.
fn verify(system: &System, held: &std::path::Path) -> (bool, String) {
    let mut command = Command::new(System::programs().join("ro"));
    command.args(["audit", "verify", "cases", "--state-dir"]).arg(&system.description.state_dir).arg("--held").arg(held);
    let told = command.output().unwrap();
    (told.status.success(), String::from_utf8_lossy(&[told.stdout, told.stderr].concat()).into_owned())
}

#[tokio::test]
async fn a_try_is_in_the_signed_log_within_seconds_and_whoever_changes_it_in_the_database_is_found_out() {
    let system = system().await;
    let wanted = fresh_key();
    let ask = GetCaseRequest { case_ref: wanted.clone() };
    assert!(system.cases("mediator-1").get_case(ask).await.is_err());
    assert!(system.cases("staff-mission").list_cases(ListCasesRequest::default()).await.is_err());
    let db = system.database("cases").await;
    let position: i64 = eventually("the try is sealed", SOON, async || {
        let found =
            sqlx::query_scalar("select position from audit_entry where object = $1 and outcome = 'hidden' and actor = 'mediator-1'");
        found.bind(&wanted).fetch_optional(&db).await.unwrap().ok_or_else(|| "not yet".to_owned())
    })
    .await;
    let denied = "select count(*) from audit_entry where actor = 'staff-mission' and action = 'case.list' and outcome = 'denied'";
    let denied: i64 = sqlx::query_scalar(denied).fetch_one(&db).await.unwrap();
    assert!(denied >= 1, "the refusal at the door is not in the log");

    let held = system.description.state_dir.join(format!("held-{wanted}.json"));
    let (sound, said) = verify(&system, &held);
    assert!(sound && said.contains("cases: OK"), "{said}");
    let rename = "update audit_entry set actor = $2 where position = $1";
    sqlx::query(rename).bind(position).bind("somebody-else").execute(&db).await.unwrap();
    let (sound, said) = verify(&system, &held);
    assert!(!sound && said.contains("cases: WRONG"), "{said}");
    // Put back for the other tests; what was sealed in between stays wrong, and rightly so.
    sqlx::query(rename).bind(position).bind("mediator-1").execute(&db).await.unwrap();
}
