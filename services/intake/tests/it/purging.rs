//! A referral goes with its case: its keys are destroyed, its content is gone, and a stub answers whoever sends it again [LPR4].

use chassis::vault;
use intake::{
    app::{
        Repeat, get_receipt, get_referral, list_queue,
        purge_referral::{Purged, purge_referral},
    },
    domain::Disposition,
};
use proto::{
    id::CaseId,
    intake::v1::{Referral, ReferralPurged},
    safety::v1::Concern,
    subject,
};
use sqlx::{AssertSqlSafe, Executor};
use time::Duration;
use uuid::Uuid;

use crate::support::*;

const CASE: Uuid = Uuid::from_u128(0xca5e);
const TABLES: [&str; 3] = ["referral", "referral_variant", "screening_decision"];

fn marked(key: &str) -> Referral {
    Referral { request: "marker-request".into(), victim_name: "marker-victim".into(), ..referral(key) }
}

/// An accepted referral with another body beside it.
async fn accepted(desk: &TestDesk, first: Referral) -> String {
    submit(desk, &staff("mission"), first.clone()).await;
    submit(desk, &staff("mission"), Referral { request: "marker-other".into(), ..first }).await;
    let id = only_id(desk).await;
    crate::screening::decide(desk, &officer(1), &id, Disposition::Accepted, "marker-reason").await.unwrap();
    id
}

async fn carry_everything(desk: &TestDesk) {
    desk.database.admin.execute("update outbox set carried_at = now()").await.unwrap();
}

/// As the handler of the bus does it; what this service answered.
async fn purge(desk: &TestDesk, referral: &str) -> ReferralPurged {
    let mut tx = service(desk).await;
    let purged = Purged { case: CaseId::new(CASE), referral: referral.parse().unwrap() };
    purge_referral(&mut tx, desk, purged).await.unwrap();
    tx.commit().await.unwrap();
    waiting(desk, subject::REFERRAL_PURGED).await.pop().unwrap()
}

fn said(answer: &ReferralPurged) -> (i64, Vec<i64>) {
    (answer.keys, answer.deleted.iter().map(|rows| rows.rows).collect())
}

// [LPR4] [T11]
#[tokio::test]
async fn a_purged_referral_is_read_by_nobody_and_an_old_copy_of_its_rows_does_not_open() {
    let desk = desk().await;
    let id = accepted(&desk, marked("1")).await;
    for table in TABLES {
        desk.database.admin.execute(AssertSqlSafe(format!("create table backup_{table} as select * from {table}"))).await.unwrap();
    }
    let answer = purge(&desk, &id).await;
    assert_eq!((answer.case_id.clone(), said(&answer)), (CASE.to_string(), (1, vec![1, 1, 1])));
    assert!(get_referral::get_referral(&desk, &officer(1), &id).await.is_err());
    assert!(get_referral::get_referral(&desk, &chassis::Caller::service("cases"), &id).await.is_err());
    assert!(crate::screening::decide(&desk, &officer(1), &id, Disposition::Accepted, "once more").await.is_err());
    assert_eq!((count(&desk, "referral_variant").await, count(&desk, "screening_decision").await), (0, 0));

    let uuid: Uuid = id.parse().unwrap();
    let mut db = desk.database.admin.acquire().await.unwrap();
    let old: Vec<u8> = sqlx::query_scalar("select content_sealed from backup_referral").fetch_one(&mut *db).await.unwrap();
    for vault in [desk.vault.clone(), harness::vault::vault("intake", &desk.clock)] {
        let error = vault.open(&mut db, vault::Place::new("referral", "content", uuid), &old).await.unwrap_err();
        assert_eq!(vault::fault(&error), Some(&vault::Fault::Destroyed));
        for (table, column) in [("referral_variant", "content"), ("screening_decision", "reason")] {
            let sealed: Vec<u8> =
                sqlx::query_scalar(AssertSqlSafe(format!("select {column}_sealed from backup_{table}"))).fetch_one(&mut *db).await.unwrap();
            // Whatever its place, its key is gone.
            let error = vault.open(&mut db, vault::Place::new(table, column, uuid), &sealed).await.unwrap_err();
            assert_eq!(vault::fault(&error), Some(&vault::Fault::Destroyed), "{table}");
        }
    }
    for table in TABLES {
        desk.database.admin.execute(AssertSqlSafe(format!("drop table backup_{table}"))).await.unwrap();
    }
    let hex: String = "marker-".bytes().map(|byte| format!("{byte:02x}")).collect();
    for table in TABLES.into_iter().chain(["outbox", "contact", "quarantine"]) {
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("select to_jsonb(t)::text from {table} t")))
            .fetch_all(&desk.database.admin)
            .await
            .unwrap();
        assert!(!rows.iter().any(|row| row.contains("marker-") || row.contains(&hex)), "{table}");
    }
    let stub: (String, Vec<String>, Option<String>) =
        sqlx::query_as("select origin, flags, disposition from referral").fetch_one(&desk.database.admin).await.unwrap();
    assert_eq!(stub, ("any-communication".to_owned(), Vec::new(), None), "the stub tells what was decided of whom");
}

#[tokio::test]
async fn a_purged_referral_that_is_sent_again_is_answered_as_before_and_opens_nothing() {
    let desk = desk().await;
    let first = submit(&desk, &staff("mission"), marked("1")).await;
    let id = only_id(&desk).await;
    crate::screening::decide(&desk, &officer(1), &id, Disposition::Accepted, "marker-reason").await.unwrap();
    purge(&desk, &id).await;
    let told = waiting::<proto::intake::v1::ReferralReceived>(&desk, subject::REFERRAL_RECEIVED).await.len();
    let again = submit(&desk, &staff("mission"), marked("1")).await;
    assert_eq!((&again.number, again.received_at, again.repeat), (&first.number, first.received_at, Repeat::SameBody));
    assert_eq!(get_receipt::get_receipt(&desk, &staff("mission"), &first.number).await.unwrap().number, first.number);
    assert_eq!(waiting::<proto::intake::v1::ReferralReceived>(&desk, subject::REFERRAL_RECEIVED).await.len(), told);
    // In no list either.
    for scope in [list_queue::Scope::All, list_queue::Scope::Waiting] {
        assert!(list_queue::list_queue(&desk, &officer(1), scope, 50, "").await.unwrap().0.is_empty());
    }
}

#[tokio::test]
async fn a_key_that_was_used_before_answers_the_same_bytes_whether_a_case_existed_was_purged_or_not() {
    let worried = Referral { request: "something else".into(), safety_concern: "he will hurt himself".into(), ..referral("1") };
    let sent = [marked("1"), Referral { request: "marker-other".into(), ..marked("1") }, worried.clone(), worried];
    let mut answers: Vec<Vec<Vec<u8>>> = Vec::new();
    for (decided, purged) in [(false, false), (true, false), (true, true)] {
        let desk = desk().await;
        submit(&desk, &staff("mission"), sent[0].clone()).await;
        submit(&desk, &staff("mission"), sent[1].clone()).await;
        let id = only_id(&desk).await;
        if decided {
            crate::screening::decide(&desk, &officer(1), &id, Disposition::Accepted, "marker-reason").await.unwrap();
        }
        if purged {
            purge(&desk, &id).await;
        }
        desk.clock.advance(Duration::hours(1));
        let told = async || waiting::<proto::intake::v1::ReferralReceived>(&desk, subject::REFERRAL_RECEIVED).await.len();
        let before = told().await;
        let mut said = Vec::new();
        for referral in &sent {
            let answer = submit_all(&desk, &staff("mission"), vec![referral.clone()]).await.remove(0);
            said.push(prost::Message::encode_to_vec(&intake::wire::answer(&answer)));
        }
        answers.push(said);
        assert_eq!(waiting::<Concern>(&desk, "ro.safety.raise.%").await.len(), 1, "the concern in it is raised, once");
        // What was new in them is not lost: beside a stub it is a referral of its own, once.
        assert_eq!(told().await - before, usize::from(purged));
        let (queue, _) = list_queue::list_queue(&desk, &officer(1), list_queue::Scope::Waiting, 50, "").await.unwrap();
        assert_eq!(queue.len(), 1);
    }
    assert!(answers.iter().all(|said| *said == answers[0]));
}

#[tokio::test]
async fn a_purge_that_is_heard_twice_destroys_once_and_is_answered_each_time() {
    let desk = desk().await;
    let id = accepted(&desk, marked("1")).await;
    assert_eq!(said(&purge(&desk, &id).await), (1, vec![1, 1, 1]));
    desk.clock.advance(Duration::hours(1));
    assert_eq!(said(&purge(&desk, &id).await), (0, Vec::new()));
    assert_eq!(said(&purge(&desk, &Uuid::from_u128(0x4ef).to_string()).await), (0, Vec::new()), "a referral that is not here");
    let moments: Vec<i64> =
        sqlx::query_scalar("select count(distinct purged_at) from referral").fetch_all(&desk.database.admin).await.unwrap();
    assert_eq!(moments, [1]);
}

#[tokio::test]
async fn the_key_of_a_concern_that_travelled_with_the_referral_is_destroyed_once_safety_was_told_and_not_before() {
    for (key, is_carried) in [("1", true), ("", true), ("1", false)] {
        let desk = desk().await;
        let submitted = Referral { safety_concern: "marker-concern".into(), ..marked(key) };
        submit(&desk, &staff("mission"), submitted).await;
        let id = only_id(&desk).await;
        if is_carried {
            carry_everything(&desk).await;
        }
        let keys = purge(&desk, &id).await.keys;
        assert_eq!(keys, if is_carried { 2 } else { 1 }, "{key:?}");
        let live: i64 = sqlx::query_scalar("select count(*) from data_key where kind = 'concern' and destroyed_at is null")
            .fetch_one(&desk.database.admin)
            .await
            .unwrap();
        assert_eq!(live, i64::from(!is_carried), "{key:?}");
    }
}

#[tokio::test]
async fn the_database_lets_the_service_delete_of_a_purged_referral_and_of_no_other() {
    let desk = desk().await;
    let id = accepted(&desk, marked("1")).await;
    for mut tx in [service(&desk).await, desk.begin(&officer(1), []).await.unwrap()] {
        for table in ["referral_variant", "screening_decision"] {
            assert_eq!(tx.execute(AssertSqlSafe(format!("delete from {table}"))).await.unwrap().rows_affected(), 0, "{table}");
        }
    }
    let refused = service(&desk).await.execute("delete from referral").await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"));
    purge(&desk, &id).await;
    let late = "insert into screening_decision (referral_id, number, disposition, reason, decided_by, decided_at)
                select referral_id, 1, 'accepted', 'late', 'x', now() from referral";
    let refused = service(&desk).await.execute(late).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().constraint(), Some("nothing_is_added_to_a_purged_referral"));
}
