//! Purging of a referral with its case: its keys are destroyed, its content is gone, and a stub answers any repeated submission [LPR4].

use std::sync::LazyLock;

use audit_log::Signer;
use destruction::Orders;
use intake::{
    app::{
        purge::order::purge_referrals,
        queue::{
            get::get_referral,
            list::list_queue,
            screen::{Screening, screen_referral},
        },
        referral::get_receipt::get_receipt,
    },
    bus::Purges,
    domain::{
        Disposition, Repeat,
        purge::{LEAST, Purged},
        queue::list::List,
    },
};
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use prost::Message;
use proto::{
    cases::v1::CasePurged,
    id::{CaseId, ConcernId},
    intake::v1::{Known, Referral, ReferralPurged},
    safety::v1::Concern,
    subject,
};
use sqlx::{AssertSqlSafe, Executor};
use time::Duration;
use uuid::Uuid;

use crate::support::*;

const CASE: Uuid = Uuid::from_u128(0xca5e);
const TABLES: [&str; 3] = ["referral", "referral_variant", "screening_decision"];

pub fn marked(key: &str) -> Referral {
    Referral { request: "marker-request".into(), victim_name: "marker-victim".into(), ..referral(key) }
}

/// An accepted referral with another body beside it.
pub async fn accepted(app: &TestDesk, first: Referral) -> String {
    submit(app, &staff("mission"), first.clone()).await;
    submit(app, &staff("mission"), Referral { request: "marker-other".into(), ..first }).await;
    let id = only_id(app).await;
    crate::screening::decide(app, &officer(1), &id, Disposition::Accepted, "marker-reason").await.unwrap();
    id
}

pub async fn carry_everything(app: &TestDesk) {
    app.database
        .admin
        .execute("update outbox set carried_at = now(), confirmed_at = case when must_be_confirmed then now() end")
        .await
        .unwrap();
}

/// As the handler of the bus does it; what this service answered.
async fn purge(app: &TestDesk, referral: &str) -> ReferralPurged {
    let mut tx = service(app).await;
    let at = Some(app.clock.now());
    let (case, referral) = (CaseId::new(CASE), referral.parse().unwrap());
    let purged = Purged { case, referral, others: Vec::new(), purged_at: at, last_used_at: at };
    purge_referrals(&mut tx, app, &purged).await.unwrap();
    tx.commit().await.unwrap();
    waiting(app, subject::REFERRAL_PURGED).await.pop().unwrap()
}

fn said(answer: &ReferralPurged) -> (i64, Vec<i64>) {
    (answer.keys, answer.deleted.iter().map(|rows| rows.rows).collect())
}

// [LPR4] [TRAP-11]
#[tokio::test]
async fn a_purged_referral_is_read_by_nobody_and_an_old_copy_of_its_rows_does_not_open() {
    let app = app().await;
    let id = accepted(&app, marked("1")).await;
    intake::app::likeness::compare_next(&app).await.unwrap();
    for table in TABLES {
        app.database.admin.execute(AssertSqlSafe(format!("create table backup_{table} as select * from {table}"))).await.unwrap();
    }
    let answer = purge(&app, &id).await;
    assert_eq!((answer.case_id.clone(), said(&answer)), (CASE.to_string(), (1, vec![1, 1, 1, 2])));
    assert!(get_referral(&app, &officer(1), &id, None).await.is_err());
    assert!(get_referral(&app, &base::Caller::service("cases"), &id, None).await.is_err());
    assert!(crate::screening::decide(&app, &officer(1), &id, Disposition::Accepted, "once more").await.is_err());
    assert_eq!((count(&app, "referral_variant").await, count(&app, "screening_decision").await), (0, 0));

    let uuid: Uuid = id.parse().unwrap();
    let mut db = app.database.admin.acquire().await.unwrap();
    let old: Vec<u8> = sqlx::query_scalar("select content_sealed from backup_referral").fetch_one(&mut *db).await.unwrap();
    for vault in [app.vault.clone(), harness::vault::vault("intake", &app.clock)] {
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
        app.database.admin.execute(AssertSqlSafe(format!("drop table backup_{table}"))).await.unwrap();
    }
    let hex: String = "marker-".bytes().map(|byte| format!("{byte:02x}")).collect();
    for table in TABLES.into_iter().chain(["outbox", "contact", "quarantine"]) {
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("select to_jsonb(t)::text from {table} t")))
            .fetch_all(&app.database.admin)
            .await
            .unwrap();
        assert!(!rows.iter().any(|row| row.contains("marker-") || row.contains(&hex)), "{table}");
    }
    let stub: (String, Vec<String>, Option<String>) =
        sqlx::query_as("select origin, flags, disposition from referral").fetch_one(&app.database.admin).await.unwrap();
    assert_eq!(stub, ("any-communication".to_owned(), Vec::new(), None), "the stub tells what was decided of whom");
}

#[tokio::test]
async fn a_purged_referral_that_is_sent_again_is_answered_as_before_and_opens_nothing() {
    let app = app().await;
    let first = submit(&app, &staff("mission"), marked("1")).await;
    let id = only_id(&app).await;
    crate::screening::decide(&app, &officer(1), &id, Disposition::Accepted, "marker-reason").await.unwrap();
    purge(&app, &id).await;
    let told = received_facts(&app).await.len();
    let again = submit(&app, &staff("mission"), marked("1")).await;
    assert_eq!((&again.number, again.received_at, again.repeat), (&first.number, first.received_at, Repeat::SameBody));
    assert_eq!(get_receipt(&app, &staff("mission"), &first.number).await.unwrap().number, first.number);
    assert_eq!(received_facts(&app).await.len(), told);
    // In no list either.
    for scope in [List::All, List::Waiting] {
        assert!(list_queue(&app, &officer(1), &scope.into(), 50, "").await.unwrap().0.is_empty());
    }
}

#[tokio::test]
async fn a_key_that_was_used_before_answers_the_same_bytes_whether_a_case_existed_was_purged_or_not() {
    let worried = Referral { request: "something else".into(), safety_concern: "he will hurt himself".into(), ..referral("1") };
    let sent = [marked("1"), Referral { request: "marker-other".into(), ..marked("1") }, worried.clone(), worried];
    let mut answers: Vec<Vec<Vec<u8>>> = Vec::new();
    for (decided, purged) in [(false, false), (true, false), (true, true)] {
        let app = app().await;
        submit(&app, &staff("mission"), sent[0].clone()).await;
        submit(&app, &staff("mission"), sent[1].clone()).await;
        let id = only_id(&app).await;
        if decided {
            crate::screening::decide(&app, &officer(1), &id, Disposition::Accepted, "marker-reason").await.unwrap();
        }
        if purged {
            purge(&app, &id).await;
        }
        app.clock.advance(Duration::hours(1));
        let told = async || received_facts(&app).await.len();
        let before = told().await;
        let mut said = Vec::new();
        for referral in &sent {
            let answer = submit_all(&app, &staff("mission"), vec![referral.clone()]).await.remove(0);
            said.push(intake::wire::answer(&answer).encode_to_vec());
        }
        answers.push(said);
        assert_eq!(waiting::<Concern>(&app, subject::RAISE_BY_INTAKE).await.len(), 1, "the concern in it is raised, once");
        // What was new in them is not lost: beside a stub it is a referral of its own, once.
        assert_eq!(told().await - before, usize::from(purged));
        let (queue, _) = list_queue(&app, &officer(1), &List::Waiting.into(), 50, "").await.unwrap();
        assert_eq!(queue.len(), 1);
    }
    assert!(answers.iter().all(|said| *said == answers[0]));
}

#[tokio::test]
async fn a_purge_that_is_received_twice_destroys_once_and_is_answered_each_time() {
    let app = app().await;
    let id = accepted(&app, marked("1")).await;
    assert_eq!(said(&purge(&app, &id).await), (1, vec![1, 1, 1, 0]));
    app.clock.advance(Duration::hours(1));
    assert_eq!(said(&purge(&app, &id).await), (0, Vec::new()));
    assert_eq!(said(&purge(&app, &Uuid::from_u128(0x4ef).to_string()).await), (0, Vec::new()), "a referral that is not here");
    let moments: Vec<i64> =
        sqlx::query_scalar("select count(distinct purged_at) from referral").fetch_all(&app.database.admin).await.unwrap();
    assert_eq!(moments, [1]);
}

#[tokio::test]
async fn the_key_of_a_concern_that_travelled_with_the_referral_is_destroyed_once_safety_was_told_and_not_before() {
    for (key, is_carried) in [("1", true), ("", true), ("1", false)] {
        let app = app().await;
        let submitted = Referral { safety_concern: "marker-concern".into(), ..marked(key) };
        submit(&app, &staff("mission"), submitted).await;
        let id = only_id(&app).await;
        if is_carried {
            carry_everything(&app).await;
        }
        let keys = purge(&app, &id).await.keys;
        assert_eq!(keys, if is_carried { 2 } else { 1 }, "{key:?}");
        let live: i64 = sqlx::query_scalar("select count(*) from data_key where kind = 'concern' and destroyed_at is null")
            .fetch_one(&app.database.admin)
            .await
            .unwrap();
        assert_eq!(live, i64::from(!is_carried), "{key:?}");
    }
}

#[tokio::test]
async fn the_database_lets_the_service_delete_of_a_purged_referral_and_of_no_other() {
    let app = app().await;
    let id = accepted(&app, marked("1")).await;
    for mut tx in [service(&app).await, app.begin(&officer(1), []).await.unwrap()] {
        for table in ["referral_variant", "screening_decision"] {
            assert_eq!(tx.execute(AssertSqlSafe(format!("delete from {table}"))).await.unwrap().rows_affected(), 0, "{table}");
        }
    }
    let refused = service(&app).await.execute("delete from referral").await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"));
    purge(&app, &id).await;
    let late = "insert into screening_decision (referral_id, number, disposition, reason, decided_by, decided_at)
                select referral_id, 1, 'accepted', 'late', 'x', now() from referral";
    let refused = service(&app).await.execute(late).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().constraint(), Some("nothing_is_added_to_a_purged_referral"));
}

/// The audit key of cases.
static CASES: LazyLock<Signer> = LazyLock::new(harness::keys::signer);
pub const WAIT: Duration = Duration::DAY;

fn orders(app: &TestDesk) -> Orders<Purges> {
    Orders { receiver: Purges((**app).clone()), key: Some(CASES.public()), clock: app.clock.clone(), wait: WAIT }
}

/// What cases says of a case that nobody has used for two years.
fn order(app: &TestDesk, referral: &str) -> CasePurged {
    let now = app.clock.now();
    CasePurged {
        case_id: CASE.to_string(),
        referral_id: referral.to_owned(),
        purged_at: Some(base::wire::timestamp(now)),
        last_used_at: Some(base::wire::timestamp(now - LEAST)),
        ..CasePurged::default()
    }
}

fn signed(order: CasePurged, by: &Signer) -> CasePurged {
    let values = proto::purge::order(&order);
    let signature = by.sign_row(proto::purge::ORDER, &values.iter().map(String::as_str).collect::<Vec<_>>());
    CasePurged { signature, ..order }
}

pub async fn receives(app: &TestDesk, order: CasePurged) -> Result<(), &'static str> {
    let message = Incoming {
        event_id: "purge".into(),
        subject: subject::CASE_PURGED.into(),
        body: order.encode_to_vec().into(),
        headers: Default::default(),
        attempt: 1,
    };
    let orders = orders(app);
    let reason = |rejection| match rejection {
        Rejection::Never { reason, .. } => reason,
        Rejection::Later(detail) => panic!("{detail}"),
    };
    let work = orders.read(&message).await.map_err(reason)?;
    let mut db = service(app).await;
    orders.apply(&mut db, &mut Fresh::default(), work, &message).await.map_err(reason)?;
    db.commit().await.unwrap();
    Ok(())
}

pub async fn purged(app: &TestDesk) -> i64 {
    sqlx::query_scalar("select count(*) from referral where purged_at is not null").fetch_one(&app.database.admin).await.unwrap()
}

#[tokio::test]
async fn a_purge_is_obeyed_where_cases_signed_it_nothing_known_here_stands_against_it_and_nobody_stopped_it() {
    let app = app().await;
    let id = accepted(&app, marked("1")).await;
    let genuine = |app: &TestDesk| signed(order(app, &id), &CASES);
    assert_eq!(receives(&app, order(&app, &id)).await, Err("order-not-genuine"), "the login of cases alone");
    assert_eq!(receives(&app, signed(order(&app, &id), &harness::keys::signer())).await, Err("order-not-genuine"));
    assert_eq!(receives(&app, genuine(&app)).await, Err("retention-not-over"), "it was accepted today, whatever cases says");
    app.clock.advance(LEAST);
    submit(&app, &staff("mission"), referral("never a case")).await;
    let waiting_one: Uuid =
        sqlx::query_scalar("select referral_id from referral where accepted_at is null").fetch_one(&app.database.admin).await.unwrap();
    assert_eq!(receives(&app, signed(order(&app, &waiting_one.to_string()), &CASES)).await, Err("purge-names-no-case"));
    receives(&app, genuine(&app)).await.unwrap();
    let look = async || orders(&app).look(&app.pool, "intake").await.unwrap();
    assert_eq!((look().await, purged(&app).await), (0, 0), "it can be stopped");
    app.database.admin.execute("update destruction set stopped_at = now(), stopped_because = 'the wrong case'").await.unwrap();
    app.clock.advance(WAIT);
    assert_eq!((look().await, purged(&app).await), (0, 0), "it was stopped");
    app.database.admin.execute("update destruction set stopped_at = null, stopped_because = null").await.unwrap();
    // A correction that came meanwhile is a use of it.
    submit(&app, &staff("mission"), Referral { no_contact_condition: Known::Yes.into(), ..marked("1") }).await;
    assert_eq!((look().await, purged(&app).await), (1, 0), "asked again when it is due");
    app.clock.advance(LEAST);
    app.database.admin.execute("update destruction set ended_at = null, refused_for = null").await.unwrap();
    assert_eq!((look().await, purged(&app).await), (1, 1));
    assert_eq!(waiting::<ReferralPurged>(&app, subject::REFERRAL_PURGED).await.len(), 1, "and it says so");
}

/// A referral of another site that is closed as a duplicate of a receipt.
pub async fn duplicate(app: &TestDesk, site: &str, of: &str) -> Uuid {
    let receipt = submit(app, &staff(site), Referral { site: site.into(), ..marked("1") }).await;
    let id: Uuid = sqlx::query_scalar("select referral_id from referral where receipt_number = $1")
        .bind(&receipt.number)
        .fetch_one(&app.database.admin)
        .await
        .unwrap();
    let text = id.to_string();
    let screening = Screening {
        referral_id: &text,
        disposition: Some(Disposition::Duplicate),
        reason: "the same two people".to_owned().into(),
        review_on: "",
        duplicate_of: of,
    };
    screen_referral(app, &officer(3), screening).await.unwrap();
    id
}

#[tokio::test]
async fn a_purge_reaches_the_duplicates_of_other_sites_and_an_officer_who_names_a_case_learns_nothing_of_it() {
    let app = app().await;
    let id = accepted(&app, marked("1")).await;
    let number: String = sqlx::query_scalar("select receipt_number from referral").fetch_one(&app.database.admin).await.unwrap();
    let kent = duplicate(&app, "kent", &number.to_lowercase()).await;
    // A number that is nobody's is answered as one that is a case's.
    let nobody = duplicate(&app, "millhaven", &proto::reference::make("RO", 4_711)).await;
    app.clock.advance(LEAST);
    // Closed this week: too young to go with it.
    let young = duplicate(&app, "joyceville", &number).await;
    receives(&app, signed(order(&app, &id), &CASES)).await.unwrap();
    app.clock.advance(WAIT);
    assert_eq!(orders(&app).look(&app.pool, "intake").await.unwrap(), 1);
    let gone: Vec<Uuid> = sqlx::query_scalar("select referral_id from referral where purged_at is not null order by received_at, site")
        .fetch_all(&app.database.admin)
        .await
        .unwrap();
    assert_eq!(gone.iter().collect::<std::collections::BTreeSet<_>>(), [&id.parse().unwrap(), &kent].into_iter().collect());
    assert!(!gone.contains(&nobody) && !gone.contains(&young));
    let answer = waiting::<ReferralPurged>(&app, subject::REFERRAL_PURGED).await.remove(0);
    assert_eq!(said(&answer), (2, vec![2, 1, 2, 0]));
}

pub async fn number_of(app: &TestDesk, id: Uuid) -> String {
    sqlx::query_scalar("select receipt_number from referral where referral_id = $1").bind(id).fetch_one(&app.database.admin).await.unwrap()
}

pub fn concern(n: u128) -> ConcernId {
    ConcernId::new(Uuid::from_u128(n))
}

#[tokio::test]
async fn the_referrals_of_a_purged_case_wait_while_a_concern_about_one_of_them_is_open() {
    let app = app().await;
    let id = accepted(&app, marked("1")).await;
    let number: String = sqlx::query_scalar("select receipt_number from referral").fetch_one(&app.database.admin).await.unwrap();
    let other = duplicate(&app, "kent", &number).await;
    app.clock.advance(LEAST);
    receives(&app, signed(order(&app, &id), &CASES)).await.unwrap();
    app.safety.opens(concern(1), &[&number_of(&app, other).await], MORNING);
    app.clock.advance(WAIT);
    assert_eq!((orders(&app).look(&app.pool, "intake").await.unwrap(), purged(&app).await), (0, 0));
    app.safety.closes(concern(1));
    app.clock.advance(WAIT);
    assert_eq!((orders(&app).look(&app.pool, "intake").await.unwrap(), purged(&app).await), (1, 2));
}
