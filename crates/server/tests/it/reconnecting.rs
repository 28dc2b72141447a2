//! Database connections that died while idle: the next transaction does not notice.

use std::time::Duration;

use base::database::{Actor, begin};
use futures::future::join_all;
use harness::{
    database::{Database, fresh},
    wait::eventually,
};
use sqlx::PgPool;
use tokio::sync::Barrier;

use crate::world::SOON;

const CONNECTIONS: u32 = 8;

async fn all_at_once(pool: &PgPool) -> usize {
    let (actor, together) = (Actor::service("intake"), Barrier::new(CONNECTIONS as usize));
    let begun = join_all((0..CONNECTIONS).map(async |_| {
        let tx = begin(pool, &actor).await?;
        together.wait().await;
        tx.commit().await
    }));
    begun.await.into_iter().map(Result::unwrap).count()
}

async fn end_all(database: &Database) -> i64 {
    let ended =
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
                     and usename = 'ro_test'";
    sqlx::query_scalar(ended).fetch_one(&database.admin).await.unwrap()
}

async fn with_all_connections_open() -> (Database, PgPool) {
    let database = fresh(&[&server::MIGRATOR]).await;
    let pool = base::database::pool(CONNECTIONS, database.options.clone());
    assert_eq!(all_at_once(&pool).await, 8);
    let idle = async || if pool.num_idle() == 8 { Ok(()) } else { Err(pool.num_idle().to_string()) };
    eventually("every connection is given back", SOON, idle).await;
    (database, pool)
}

#[tokio::test]
async fn a_database_that_ended_every_connection_fails_none_of_the_calls_that_come_next() {
    let (database, pool) = with_all_connections_open().await;
    assert!(end_all(&database).await >= 8);
    assert_eq!(all_at_once(&pool).await, 8);
    // One after the other, and again: none of the dead is left.
    assert!(end_all(&database).await >= 8);
    for _ in 0..16 {
        begin(&pool, &Actor::service("intake")).await.unwrap().commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_connection_that_dies_behind_its_beginning_fails_the_call_that_used_it_and_only_that() {
    let (database, pool) = with_all_connections_open().await;
    let mut tx = begin(&pool, &Actor::service("intake")).await.unwrap();
    assert!(end_all(&database).await >= 8);
    // What was begun may have done something: it is not done again behind the caller's back.
    assert!(sqlx::query("select 1").execute(&mut *tx).await.is_err());
    drop(tx);
    assert_eq!(tokio::time::timeout(Duration::from_secs(60), all_at_once(&pool)).await.unwrap(), 8);
}
