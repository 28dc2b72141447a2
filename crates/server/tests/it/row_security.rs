//! Row security: what the application's login sees, for whom, and what it can never do.

use audit_log::Act;
use base::database::{Actor, act_as, begin};
use harness::{
    database::{AUDITOR, Database, OWNER, fresh},
    row_security,
};
use messaging::outbox;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgPoolOptions};
use time::{OffsetDateTime, macros::datetime};
use uuid::Uuid;

const NOW: OffsetDateTime = datetime!(2026-11-22 13:00 UTC);
const TABLES: [&str; 6] = ["outbox", "inbox", "quarantine", "audit_staged", "audit_entry", "audit_checkpoint"];

async fn database() -> Database {
    fresh(&[&server::MIGRATOR]).await
}

/// A message and an audit line, as a use case writes them for a caller; sealed, and one more line staged.
async fn filled() -> Database {
    let database = database().await;
    let message = outbox::Outgoing {
        id: Uuid::from_u128(1),
        aggregate: Uuid::from_u128(2),
        subject: "ro.any".to_owned(),
        body: b"Protected B".to_vec(),
        in_clear: None,
        sealed: false,
        batched: false,
        confirm: true,
        urgent: false,
    };
    for object in ["thing-1", "thing-2"] {
        let mut tx = begin(&database.pool, &Actor::person("person-1", "any")).await.unwrap();
        if object == "thing-1" {
            outbox::enqueue(&mut tx, &message, NOW).await.unwrap();
        }
        audit_log::granted(&mut tx, &Act::by("person-1", "thing.read", "thing", object), NOW).await.unwrap();
        tx.commit().await.unwrap();
        if object == "thing-1" {
            assert_eq!(audit_log::checkpoint(&database.pool, "any", None, NOW).await.unwrap(), 1);
        }
    }
    database
}

async fn rows(db: &mut PgConnection, table: &str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}"))).fetch_one(db).await
}

async fn seen(db: &mut PgConnection) -> Vec<i64> {
    let mut all = Vec::new();
    for table in TABLES {
        all.push(rows(db, table).await.unwrap());
    }
    all
}

#[tokio::test]
async fn a_caller_leaves_messages_and_lines_in_the_log_and_reads_neither() {
    let database = filled().await;
    let mut tx = begin(&database.pool, &Actor::service("any")).await.unwrap();
    assert_eq!(seen(&mut tx).await, [1, 0, 0, 1, 1, 1]);
    tx.commit().await.unwrap();
    for stranger in [Actor::person("person-1", "any"), Actor::person("person-1", "service"), Actor::person("", "any")] {
        let mut tx = begin(&database.pool, &stranger).await.unwrap();
        assert_eq!(seen(&mut tx).await, [0; 6], "{stranger:?}");
        assert!(!outbox::confirm(&mut tx, Uuid::from_u128(1), NOW).await.unwrap());
    }
}

#[tokio::test]
async fn where_nobody_is_named_no_row_is_seen_and_none_is_written() {
    let database = filled().await;
    let mut db = database.pool.acquire().await.unwrap();
    assert_eq!(seen(&mut db).await, [0; 6]);
    let refused = audit_log::granted(&mut db, &Act::by("person-1", "thing.read", "thing", "thing-3"), NOW).await.unwrap_err();
    assert!(refused.to_string().contains("row-level security"), "{refused}");
    for change in ["update outbox set attempt = 7", "update quarantine set detail = ''", "delete from audit_staged"] {
        assert_eq!(db.execute(change).await.unwrap().rows_affected(), 0, "{change}");
    }
}

#[tokio::test]
async fn a_connection_that_goes_back_to_the_pool_takes_no_actor_with_it() {
    let database = filled().await;
    let pool = PgPoolOptions::new().max_connections(1).connect_with(database.options.clone()).await.unwrap();
    let actor = Actor::service("any").named(["site".to_owned()]).at(NOW);
    let left = "select concat_ws(',', acting_subject(), acting_reach(), (acting_names())[1], (acting_at() = now())::text)";
    for commit in [true, false] {
        let mut tx = begin(&pool, &actor).await.unwrap();
        assert_eq!(rows(&mut tx, "outbox").await.unwrap(), 1);
        if commit {
            tx.commit().await.unwrap();
        } else {
            drop(tx);
        }
        let mut db = pool.acquire().await.unwrap();
        assert_eq!(rows(&mut db, "outbox").await.unwrap(), 0);
        let mut again = db.begin().await.unwrap();
        assert_eq!(sqlx::query_scalar::<_, String>(left).fetch_one(&mut *again).await.unwrap(), "true");
    }
    // A use case that hands over to the service, and back.
    let mut tx = begin(&pool, &Actor::person("person-1", "any").at(NOW).named(["x".to_owned()])).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, String>(left).fetch_one(&mut *tx).await.unwrap(), "person-1,any,x,false");
    act_as(&mut tx, &Actor::service("any")).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, String>(left).fetch_one(&mut *tx).await.unwrap(), "service:any,service,true");
}

#[tokio::test]
async fn the_application_changes_no_table_lifts_no_policy_and_becomes_nobody_else() {
    let database = filled().await;
    let mut db = PgConnection::connect_with(&database.options).await.unwrap();
    let each = TABLES.iter().flat_map(|table| {
        [
            format!("drop table {table}"),
            format!("truncate {table}"),
            format!("alter table {table} disable row level security"),
            format!("alter table {table} no force row level security"),
            format!("alter table {table} add column x text"),
            format!("create policy open on {table} using (true)"),
            format!("create trigger t before insert on {table} for each row execute function suppress_redundant_updates_trigger()"),
        ]
    });
    let others = [
        format!("set role {OWNER}"),
        format!("set session authorization {OWNER}"),
        "create table t (n int)".to_owned(),
        "create function f() returns int language sql as 'select 1'".to_owned(),
        "create or replace function acting_for_service() returns boolean language sql as 'select true'".to_owned(),
        "set session_replication_role = replica".to_owned(),
        "update audit_entry set actor = 'nobody'".to_owned(),
        "delete from audit_entry".to_owned(),
        "update audit_checkpoint set size = 0".to_owned(),
        "delete from outbox".to_owned(),
        "delete from inbox".to_owned(),
        "update _sqlx_migrations set success = false".to_owned(),
    ];
    for forbidden in each.chain(others) {
        let tried = db.execute(AssertSqlSafe(forbidden.clone())).await;
        assert!(tried.is_err(), "{forbidden}");
    }
    db.execute("set row_security = off").await.unwrap();
    assert!(rows(&mut db, "outbox").await.unwrap_err().to_string().contains("row-level security"));
}

#[tokio::test]
async fn the_auditor_reads_the_log_and_nothing_else() {
    let database = filled().await;
    let mut db = PgConnection::connect_with(&database.login(AUDITOR)).await.unwrap();
    for table in TABLES {
        let may = ["audit_entry", "audit_checkpoint"].contains(&table);
        let found = rows(&mut db, table).await;
        assert_eq!(found.ok(), may.then_some(1), "{table}");
        for change in ["update", "delete from"] {
            let set = if change == "update" { "set at = now()" } else { "" };
            assert!(db.execute(AssertSqlSafe(format!("{change} {table} {set}"))).await.is_err(), "{change} {table}");
        }
    }
    assert_eq!(audit_log::entries(&mut db, 0, 10).await.unwrap().len(), 1);
    assert_eq!(audit_log::checkpoints(&mut db).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_table_that_is_not_fenced_is_noticed() {
    let database = database().await;
    assert_eq!(row_security::gaps(&database.admin).await, Vec::<String>::new());
    let careless = format!(
        "alter table inbox no force row level security;
         create policy open on quarantine using (true);
         set role {OWNER};
         create table added (n int);
         create view all_of_it as select * from outbox;
         create function strong() returns int language sql security definer as 'select 1';
         reset role"
    );
    sqlx::raw_sql(AssertSqlSafe(careless)).execute(&database.admin).await.unwrap();
    let expected = [
        "added: no policy",
        "added: row-level security is not forced",
        "all_of_it: a view",
        "inbox: row-level security is not forced",
        "quarantine: a policy that is true for everybody",
        "strong: runs with the rights of its owner",
    ];
    assert_eq!(row_security::gaps(&database.admin).await, expected);
    // The application may work with a table that a later migration adds, and not change it.
    let mut db = PgConnection::connect_with(&database.options).await.unwrap();
    db.execute("insert into added values (7)").await.unwrap();
    for forbidden in ["delete from added", "truncate added", "drop table added"] {
        assert!(db.execute(forbidden).await.is_err(), "{forbidden}");
    }
}
