//! The audit log on a real database: many writers, several sealers, and a superuser with a SQL prompt.

use audit_log::{
    Act, Denied, Signer,
    log::{Examiner, Fault, KnownCheckpoint, Row},
};
use aws_lc_rs::{rand::SystemRandom, signature::Ed25519KeyPair};
use base::{
    Error, Refusal,
    database::{Actor, begin},
};
use harness::database::{Database, fresh};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use time::{OffsetDateTime, macros::datetime};

const NOW: OffsetDateTime = datetime!(2026-11-22 13:00:00.123456 UTC);
const LOG: &str = "cases";

async fn database() -> (Database, Signer) {
    let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    (fresh(&[&server::MIGRATOR]).await, Signer::from_pkcs8(key.as_ref()).unwrap())
}

async fn write(pool: &PgPool, actor: &str, object: &str, commit: bool) {
    let mut tx = begin(pool, &Actor::person("person-1", "any")).await.unwrap();
    audit_log::granted(&mut tx, &Act::by(actor, "thing.read", "thing", object), NOW).await.unwrap();
    if commit {
        tx.commit().await.unwrap();
    }
}

async fn examine(db: &mut PgConnection, key: &[u8], held: Option<&KnownCheckpoint>) -> (Result<KnownCheckpoint, Vec<Fault>>, Vec<Row>) {
    let rows = audit_log::entries(db, 0, 100_000).await.unwrap();
    let mut examiner = Examiner::new(LOG, key, held, audit_log::checkpoints(db).await.unwrap());
    rows.iter().for_each(|row| examiner.push(row));
    (examiner.finish(), rows)
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_writers_and_three_sealers_at_once_lose_no_entry_and_seal_none_twice() {
    let (database, signer) = database().await;
    let pool = &database.pool;
    let writers = futures::future::join_all((0..8).map(|writer| async move {
        for n in 0..50 {
            write(pool, &format!("person-{writer}"), &format!("{writer}-{n}"), n % 10 != 9).await;
        }
    }));
    let signer = &signer;
    let sealers = futures::future::join_all((0..3).map(|_| async move {
        for _ in 0..20 {
            audit_log::checkpoint(pool, LOG, Some(signer), NOW).await.unwrap();
        }
    }));
    futures::future::join(writers, sealers).await;
    while audit_log::checkpoint(pool, LOG, Some(signer), NOW).await.unwrap() > 0 {}
    let (found, rows) = examine(&mut database.admin.acquire().await.unwrap(), &signer.public(), None).await;
    assert_eq!(found.map(|held| held.size), Ok(8 * 45));
    let mut objects: Vec<&str> = rows.iter().map(|row| row.object.as_str()).collect();
    objects.sort_unstable();
    objects.dedup();
    assert_eq!(objects.len(), 8 * 45, "what was rolled back is in the log, or something is twice");
    assert!(!objects.contains(&"3-19"));
}

/// What a superuser can type, with a number to vary it.
fn tamperings(n: i64) -> Vec<String> {
    let at = n * 7 % 60;
    vec![
        format!("update audit_entry set actor = 'nobody' where position = {at}"),
        format!("update audit_entry set at = at + interval '1 microsecond' where position = {at}"),
        format!("update audit_entry set outcome = 'refused', reason = 'x' where position = {at}"),
        format!("delete from audit_entry where position = {at}"),
        format!("delete from audit_entry where position >= {at}"),
        "truncate audit_entry".to_owned(),
        "truncate audit_entry, audit_checkpoint".to_owned(),
        "truncate audit_checkpoint".to_owned(),
        format!("delete from audit_checkpoint where size > {at}; delete from audit_entry where position >= {at}"),
        format!(
            "update audit_entry set position = -1 where position = {at};
             update audit_entry set position = {at} where position = {at} + 1;
             update audit_entry set position = {at} + 1 where position = -1"
        ),
        format!("update audit_entry e set object = o.object from audit_entry o where e.position = {at} and o.position = {at} + 1"),
        "update audit_checkpoint set root = sha256(root)".to_owned(),
        "update audit_checkpoint set signature = null".to_owned(),
        "update audit_checkpoint set at = at + interval '1 second'".to_owned(),
        "insert into audit_entry select max(position) + 1, now(), 'x', 'x', 'x', 'x', 'granted', '' from audit_entry".to_owned(),
    ]
}

#[tokio::test]
async fn whatever_a_superuser_types_an_outsider_with_an_old_checkpoint_notices() {
    let (database, signer) = database().await;
    let (pool, key) = (&database.pool, signer.public());
    let mut held = None;
    for n in 0..90 {
        write(pool, "person-1", &format!("thing-{n}"), true).await;
        if n % 10 == 9 {
            audit_log::checkpoint(pool, LOG, Some(&signer), NOW).await.unwrap();
        }
        if n == 69 {
            held = Some(examine(&mut database.admin.acquire().await.unwrap(), &key, None).await.0.unwrap());
        }
    }
    let mut noticed = 0;
    for statement in (0..4).flat_map(tamperings) {
        let mut tx = database.admin.begin().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut *tx).await.unwrap();
        let (found, _) = examine(&mut tx, &key, held.as_ref()).await;
        assert!(found.is_err(), "{statement}");
        noticed += 1;
        tx.rollback().await.unwrap();
    }
    assert_eq!(noticed, 60);
    assert!(examine(&mut database.admin.acquire().await.unwrap(), &key, held.as_ref()).await.0.is_ok());
}

#[tokio::test]
async fn a_refusal_is_recorded_with_its_reason_and_a_failure_of_ours_is_not_one() {
    let (database, signer) = database().await;
    let pool = &database.pool;
    let act = || Act::by("person-1", "thing.read", "thing", "thing-1");
    let hidden: base::Result<()> = audit_log::watched(pool, act(), NOW, Err(Error::NotFound)).await;
    assert!(matches!(hidden, Err(Error::NotFound)));
    let refusal = Refusal::precondition("too-late", "R3a", "too late", "trop tard");
    let _refused: base::Result<()> = audit_log::watched(pool, act(), NOW, Err(refusal.into())).await;
    let _failed: base::Result<()> = audit_log::watched(pool, act(), NOW, Err(Error::Unavailable { what: "x" })).await;
    let _done = audit_log::watched(pool, act(), NOW, Ok(())).await;
    let denied = Denied::default();
    (0..1_000).for_each(|_| denied.unknown("permission-missing"));
    (0..3).for_each(|_| denied.count("permission-missing", "person-2", "thing.move"));
    denied.flush(pool, NOW).await;
    denied.flush(pool, NOW).await;
    audit_log::checkpoint(pool, LOG, Some(&signer), NOW).await.unwrap();
    let (found, rows) = examine(&mut database.admin.acquire().await.unwrap(), &signer.public(), None).await;
    assert!(found.is_ok());
    let said: Vec<String> = rows.iter().map(|r| format!("{} {} {} {} {}", r.actor, r.action, r.object, r.outcome, r.reason)).collect();
    assert_eq!(
        said,
        [
            "person-1 thing.read thing-1 hidden not-found",
            "person-1 thing.read thing-1 refused too-late",
            "person-2 thing.move 3 denied permission-missing",
            "unknown sign-in 1000 denied permission-missing",
        ]
    );
    assert_eq!(audit_log::of_objects(&mut database.admin.acquire().await.unwrap(), &["thing-1".into()], 10).await.unwrap().len(), 2);
}
