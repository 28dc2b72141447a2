//! Test fixtures: two processes on a real bus; `intake` publishes, `cases` consumes.

use std::time::Duration;

use base::{
    Clock, Ids,
    database::{Actor, begin},
};
use clap::Parser;
use harness::{
    bus::TestBus,
    database::{Database, OWNER, fresh},
    wait::eventually,
};
use messaging::outbox;
use proto::subject::REFERRAL_SCREENED;
use server::{Context, Process};
use sqlx::{AssertSqlSafe, PgPool};
use time::macros::datetime;
use uuid::Uuid;

pub const SOON: Duration = Duration::from_secs(15);

#[derive(Parser)]
struct Config {
    #[command(flatten)]
    server: server::Settings,
}

pub struct World {
    pub bus: TestBus,
    pub teller: Context,
    pub hearer: Context,
    databases: [Database; 2],
}

impl World {
    pub async fn new() -> Self {
        let bus = TestBus::start().await;
        let clock = Clock::fixed(datetime!(2026-11-22 13:00 UTC));
        let process = async |name: &'static str, seed| {
            let settings = Config::parse_from([name]).server;
            let database = fresh(&[&server::MIGRATOR]).await;
            let pool = database.pool.clone();
            let table = format!(
                "set role {OWNER}; create table heard (place bigint generated always as identity, body bytea not null); reset role"
            );
            sqlx::raw_sql(AssertSqlSafe(table)).execute(&database.admin).await.unwrap();
            (
                Context::assemble(
                    Process::new(proto::PROGRAMME, name, settings, clock.clone(), Ids::seeded(seed)),
                    pool,
                    bus.connect(name).await,
                ),
                database,
            )
        };
        let ((teller, one), (hearer, other)) = (process("intake", 1).await, process("cases", 2).await);
        Self { bus, teller, hearer, databases: [one, other] }
    }

    /// Writes messages of one aggregate into the outbox, in one transaction.
    pub async fn tell(&self, aggregate: Uuid, bodies: &[&str]) {
        let mut tx = begin(&self.teller.pool, &Actor::service("intake")).await.unwrap();
        let list: Vec<outbox::Outgoing> = bodies
            .iter()
            .map(|body| outbox::Outgoing {
                id: self.teller.ids.uuid(),
                aggregate,
                subject: REFERRAL_SCREENED.to_owned(),
                body: body.as_bytes().to_vec(),
                confirm: false,
                urgent: false,
                in_clear: None,
                sealed: false,
                batched: false,
            })
            .collect();
        outbox::enqueue_all(&mut tx, &list, self.teller.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        self.teller.outbox.wake();
    }

    /// What the hearer has written, in the order it wrote it.
    pub async fn heard(&self) -> Vec<String> {
        let bodies: Vec<Vec<u8>> =
            sqlx::query_scalar("select body from heard order by place").fetch_all(self.admin(&self.hearer)).await.unwrap();
        bodies.into_iter().map(|b| String::from_utf8(b).unwrap()).collect()
    }

    pub async fn hears(&self, count: usize) -> Vec<String> {
        let look = async || {
            let heard = self.heard().await;
            if heard.len() >= count { Ok(heard) } else { Err(format!("{heard:?}")) }
        };
        eventually("everything is heard", SOON, look).await
    }

    pub async fn count(&self, of: &Context, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.admin(of)).await.unwrap()
    }

    /// The database of a process, behind the curtain.
    pub fn admin(&self, of: &Context) -> &PgPool {
        &self.database(of).admin
    }

    pub fn database(&self, of: &Context) -> &Database {
        let [teller, hearer] = &self.databases;
        if of.name == self.teller.name { teller } else { hearer }
    }
}
