//! The audit log: every attempt is in it within seconds, and a superuser of the database cannot change it unnoticed.

use std::process::Command;

use harness::{
    system::{SOON, System, Wishes},
    wait::eventually,
};
use proto::cases::v1::{GetCaseRequest, ListCasesRequest};

use crate::{samples::fresh_key, system};

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

const COPIED: [&str; 5] = ["audit_entry", "audit_checkpoint", "audit_cosigned", "audit_refused", "audit_epoch"];

/// Somebody tries to look; answers the size of the log once the try is sealed and the witness has signed it.
async fn witnessed_try(system: &System, db: &sqlx::PgPool) -> i64 {
    let wanted = fresh_key();
    assert!(system.cases("mediator-1").get_case(GetCaseRequest { case_ref: wanted.clone() }).await.is_err());
    eventually("the try is sealed and co-signed", SOON, async || {
        let found = "select max(k.size) from audit_cosigned k, audit_entry e where e.object = $1 and k.size > e.position";
        let size: Option<i64> = sqlx::query_scalar(found).bind(&wanted).fetch_one(db).await.unwrap();
        size.ok_or_else(|| "not yet".to_owned())
    })
    .await
}

/// Whether the service says that its database is as its witness knows it.
async fn whole(system: &System) -> Result<bool, String> {
    let (url, authority, _) = system.outside("cases", "mediator-1");
    let peer = server::client::connect(&url, Some(&authority), None, None).unwrap();
    let ask = tonic_health::pb::HealthCheckRequest { service: server::HISTORY_HEALTH.to_owned() };
    let told = tonic_health::pb::health_client::HealthClient::new(peer).check(ask).await.map_err(|s| s.to_string())?;
    Ok(told.into_inner().status == 1)
}

async fn becomes(system: &System, wanted: bool) {
    let look = async || if whole(system).await? == wanted { Ok(()) } else { Err("not yet".to_owned()) };
    eventually("the health named history", SOON, look).await;
}

#[tokio::test]
async fn an_old_copy_of_a_database_under_a_running_system_is_noticed_within_seconds_and_lasts_until_an_operator_accepts_it() {
    let system = System::start(Wishes::default()).await;
    let db = system.database("cases").await;
    let run = async |sql: String| sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&db).await.unwrap();
    witnessed_try(&system, &db).await;
    for table in COPIED {
        run(format!("create table copy_{table} as table {table}")).await;
    }
    witnessed_try(&system, &db).await;
    becomes(&system, true).await;
    for table in COPIED {
        run(format!("truncate {table}; insert into {table} select * from copy_{table}")).await;
    }
    becomes(&system, false).await;
    // Nothing but the database of the witness is needed to see it.
    let nothing = system.description.state_dir.join("held-nothing.json");
    let (sound, said) = verify(&system, &nothing);
    assert!(!sound && said.contains("safety holds evidence: set-back") && said.contains("was cut or set back"), "{said}");
    let accept = || {
        let mut command = Command::new(System::programs().join("cases"));
        command.args(["accept-restore", "--reason", "restored after a broken disk"]);
        command.env("CASES_DATABASE_URL", system.description.postgres.databases.get("cases").unwrap());
        command.env("CASES_AUDIT_KEY_FILE", system.description.audit_keys().join("cases.key"));
        command.output().unwrap()
    };
    let told = accept();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    becomes(&system, true).await;
    let (sound, said) = verify(&system, &nothing);
    assert!(sound && said.contains("restored after a broken disk") && said.contains("holds evidence"), "{said}");
    assert!(!accept().status.success(), "there is nothing more to accept");
}
