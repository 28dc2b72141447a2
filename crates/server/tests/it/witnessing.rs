//! Witnessed audit logs: `intake` states its log and `cases` is its witness; when a superuser sets one database back, the other reveals it.

use std::sync::Arc;

use audit_log::{
    Act, Signer,
    log::{Examiner, Fault, KnownCheckpoint},
};
use aws_lc_rs::{rand::SystemRandom, signature::Ed25519KeyPair};
use base::{
    Clock, Ids,
    database::{Actor, begin},
};
use clap::Parser;
use harness::{
    bus::TestBus,
    database::{Database, fresh},
    wait::eventually,
};
use proto::subject::witnessing;
use server::{Context, Process};
use sqlx::{AssertSqlSafe, PgPool};
use time::OffsetDateTime;

use crate::world::SOON;

#[derive(Parser)]
struct Config {
    #[command(flatten)]
    server: server::Settings,
}

struct Keys(std::path::PathBuf);

impl Keys {
    fn new() -> Self {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("ro-witness-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        for service in ["intake", "cases", "safety", "reporting"] {
            let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
            std::fs::write(dir.join(format!("{service}.key")), key.as_ref()).unwrap();
            let public = Signer::from_pkcs8(key.as_ref()).unwrap().public();
            std::fs::write(dir.join(format!("{service}.pub")), hex::encode(&public)).unwrap();
        }
        Self(dir)
    }

    fn signer(&self, service: &str) -> Signer {
        Signer::from_file(&self.0.join(format!("{service}.key"))).unwrap()
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct World {
    bus: TestBus,
    keys: Keys,
    intake: Database,
    cases: Database,
    running: Vec<Context>,
}

impl World {
    async fn new() -> Self {
        let (intake, cases) = (fresh(&[&server::MIGRATOR]).await, fresh(&[&server::MIGRATOR]).await);
        let mut world = Self { bus: TestBus::start().await, keys: Keys::new(), intake, cases, running: Vec::new() };
        world.start("cases").await;
        world
    }

    /// One more instance of a service, as it lives: it seals, states, witnesses.
    async fn start(&mut self, name: &'static str) -> Context {
        let key = self.keys.0.join(format!("{name}.key"));
        let (key, peers) = (key.to_str().unwrap(), self.keys.0.to_str().unwrap());
        let settings = Config::parse_from([name, "--audit-key-file", key, "--audit-peers", peers]).server;
        let pool = if name == "intake" { self.intake.pool.clone() } else { self.cases.pool.clone() };
        let process = Process::new(proto::PROGRAMME, name, settings, Clock::system(), Ids::random());
        let ctx = Context::assemble(process, pool, self.bus.connect(name).await);
        ctx.publish_outbox();
        ctx.audit.join(witnessing(name)).unwrap();
        self.running.push(ctx.clone());
        ctx
    }

    /// Writes entries and seals them, as the service does every ten seconds.
    async fn seal(&self, entries: i64) -> i64 {
        self.seal_at(entries, Clock::system().now()).await
    }

    /// The same by an instance whose clock says `at`.
    async fn seal_at(&self, entries: i64, at: OffsetDateTime) -> i64 {
        let pool = &self.intake.pool;
        for n in 0..entries {
            let mut tx = begin(pool, &Actor::service("intake")).await.unwrap();
            audit_log::granted(&mut tx, &Act::by("person-1", "thing.read", "thing", &format!("thing-{n}")), Clock::system().now())
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        let (signer, ids) = (self.keys.signer("intake"), Ids::random());
        let stating = Some((witnessing("intake").sealed, &ids));
        audit_log::checkpoint_and_state(pool, "intake", Some(&signer), at, stating).await.unwrap();
        number(&self.intake.admin, "select coalesce(max(size), 0) from audit_checkpoint").await
    }

    async fn cosigned(&self, size: i64) {
        let look = async || {
            let sql = "select coalesce(max(size), -1) from audit_cosigned";
            let found = number(&self.intake.admin, sql).await;
            if found >= size { Ok(()) } else { Err(format!("{found} of {size}")) }
        };
        eventually("the checkpoint is co-signed and the co-signature is back", SOON, look).await;
    }

    async fn refused(&self) -> i64 {
        let look = async || {
            let found: Option<i64> =
                sqlx::query_scalar("select known_size from audit_refused").fetch_optional(&self.intake.admin).await.unwrap();
            found.ok_or_else(|| "not yet".to_owned())
        };
        eventually("the witness refuses", SOON, look).await
    }

    /// Everything the audit log of intake is, as a copy of the database would hold it.
    async fn copy(&self) {
        for table in COPIED {
            run(&self.intake.admin, &format!("drop table if exists copy_{table}; create table copy_{table} as table {table}")).await;
        }
    }

    async fn restore(&self) {
        for table in COPIED {
            run(&self.intake.admin, &format!("truncate {table}; insert into {table} select * from copy_{table}")).await;
        }
    }

    /// An examination with nothing at hand but the database of the witness.
    async fn examine(&self, pool: &PgPool) -> Result<KnownCheckpoint, Vec<Fault>> {
        let known = audit_log::witnessed(&mut self.cases.admin.acquire().await.unwrap(), "intake").await.unwrap();
        let mut db = pool.acquire().await.unwrap();
        let key = self.keys.signer("intake").public();
        let rows = audit_log::entries(&mut db, 0, 100_000).await.unwrap();
        let beside = known.into_iter().map(|known| (known.size, known.root)).collect();
        let mut examiner = Examiner::new("intake", &key, None, audit_log::checkpoints(&mut db).await.unwrap()).beside(beside);
        rows.iter().for_each(|row| examiner.push(row));
        examiner.finish()
    }
}

const COPIED: [&str; 5] = ["audit_entry", "audit_checkpoint", "audit_cosigned", "audit_refused", "audit_epoch"];

async fn number(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

async fn run(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap();
}

async fn becomes(ctx: &Context, whole: bool) {
    let look = async || if *ctx.history().borrow() == whole { Ok(()) } else { Err("not yet".to_owned()) };
    eventually("the service knows how its history stands", SOON, look).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_set_back_while_its_service_runs_is_noticed_until_an_operator_accepts_it() {
    let mut world = World::new().await;
    let ctx = world.start("intake").await;
    world.seal(5).await;
    world.copy().await;
    let size = world.seal(5).await;
    world.cosigned(size).await;
    assert!(*ctx.history().borrow());
    world.restore().await;
    assert_eq!(world.refused().await, 10, "what the witness knows is told");
    becomes(&ctx, false).await;
    assert_eq!(number(&world.cases.admin, "select count(*) from audit_conflict where log = 'intake' and kind = 'set-back'").await, 1);
    assert_eq!(world.examine(&world.intake.admin).await, Err(vec![Fault::SetBack { size: 5, witnessed: 10 }]));

    // Only the service's own key ends it: a row that somebody writes into the database does not.
    run(&world.intake.admin, "insert into audit_epoch select 7, size, root, 'nothing happened', now(), '\\x00' from audit_checkpoint")
        .await;
    tokio::time::timeout(std::time::Duration::from_secs(5), ctx.history().changed()).await.unwrap_err();
    let signer = world.keys.signer("intake");
    assert!(audit_log::accept_restore(&world.intake.pool, "intake", &signer, " ", ctx.clock.now()).await.is_err(), "without a reason");
    run(&world.intake.admin, "delete from audit_epoch").await;
    assert_eq!(audit_log::accept_restore(&world.intake.pool, "intake", &signer, "the disk broke", ctx.clock.now()).await.unwrap(), 1);
    becomes(&ctx, true).await;
    world.seal(3).await;
    let look = async || {
        let sql = "select count(*) from audit_witnessed where log = 'intake' and epoch = 1 and size = 9";
        if number(&world.cases.admin, sql).await == 1 { Ok(()) } else { Err("not yet".to_owned()) }
    };
    eventually("the witness follows the new epoch", SOON, look).await;
    assert_eq!(number(&world.cases.admin, "select count(*) from audit_conflict").await, 1, "the evidence stays, and none was added");
    assert!(
        audit_log::accept_restore(&world.intake.pool, "intake", &signer, "again", ctx.clock.now()).await.is_err(),
        "there is nothing to accept"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_copy_of_a_database_under_a_service_that_starts_is_refused_by_its_witness() {
    let mut world = World::new().await;
    world.start("intake").await;
    world.seal(4).await;
    world.copy().await;
    let size = world.seal(4).await;
    world.cosigned(size).await;
    let before = world.running.pop().unwrap();
    before.stop.cancel();
    world.restore().await;
    let after = world.start("intake").await;
    assert_eq!(world.refused().await, 8);
    becomes(&after, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_instances_of_a_service_do_not_confuse_its_witness() {
    let mut world = World::new().await;
    for _ in 0..3 {
        world.start("intake").await;
    }
    world.start("cases").await;
    let world = Arc::new(world);
    let sealing = (0..4).map(|_| {
        let world = world.clone();
        tokio::spawn(async move {
            for _ in 0..10 {
                world.seal(2).await;
            }
        })
    });
    futures::future::join_all(sealing).await.into_iter().for_each(|done| done.unwrap());
    let size = number(&world.intake.admin, "select max(size) from audit_checkpoint").await;
    assert_eq!(size, 80);
    world.cosigned(size).await;
    assert_eq!(number(&world.cases.admin, "select count(*) from audit_conflict").await, 0);
    assert!(world.running.iter().all(|ctx| *ctx.history().borrow()));
    assert!(world.examine(&world.intake.admin).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_whose_clocks_differ_state_their_log_in_the_order_in_which_it_grew() {
    let mut world = World::new().await;
    world.start("intake").await;
    let now = Clock::system().now();
    for behind in [0, 3_600, 1, 7_200, 1] {
        world.seal_at(2, now - time::Duration::seconds(behind)).await;
    }
    world.cosigned(10).await;
    let sql = "select count(*) from audit_witnessed one join audit_witnessed other using (log, epoch)
               where log = 'intake' and one.size < other.size and one.stated_at >= other.stated_at";
    assert_eq!(number(&world.cases.admin, sql).await, 0);
    assert_eq!(number(&world.cases.admin, "select count(*) from audit_conflict").await, 0);
}

/// What a superuser can type, with a number to vary it, and then the traces covered as well as somebody without the key can.
fn tamperings(n: i64) -> Vec<String> {
    let at = n * 7 % 60;
    vec![
        format!("update audit_entry set actor = 'nobody' where position = {at}"),
        format!("update audit_entry set outcome = 'refused', reason = 'x' where position = {at}"),
        format!("delete from audit_entry where position = {at}"),
        format!("delete from audit_entry where position = {at}; update audit_entry set position = position - 1 where position > {at}"),
        "truncate audit_entry".to_owned(),
        "truncate audit_entry, audit_checkpoint".to_owned(),
        "truncate audit_entry, audit_checkpoint, audit_cosigned, audit_refused, audit_epoch".to_owned(),
        format!(
            "delete from audit_checkpoint where size > {at}; delete from audit_entry where position >= (select coalesce(max(size), 0) from audit_checkpoint)"
        ),
        format!(
            "update audit_entry set position = -1 where position = {at};
             update audit_entry set position = {at} where position = {at} + 1;
             update audit_entry set position = {at} + 1 where position = -1"
        ),
        "update audit_checkpoint set root = sha256(root)".to_owned(),
        "update audit_checkpoint set signature = null".to_owned(),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_superuser_of_one_database_types_the_database_of_the_witness_alone_is_enough_to_notice() {
    let mut world = World::new().await;
    world.start("intake").await;
    for _ in 0..9 {
        world.seal(10).await;
    }
    world.cosigned(90).await;
    assert!(world.examine(&world.intake.admin).await.is_ok());
    let mut noticed = 0;
    world.copy().await;
    for statement in (0..4).flat_map(tamperings) {
        let mut tx = world.intake.admin.begin().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut *tx).await.unwrap();
        let key = world.keys.signer("intake").public();
        let known = audit_log::witnessed(&mut world.cases.admin.acquire().await.unwrap(), "intake").await.unwrap();
        let beside = known.into_iter().map(|known| (known.size, known.root)).collect();
        let rows = audit_log::entries(&mut tx, 0, 100_000).await.unwrap();
        let mut examiner = Examiner::new("intake", &key, None, audit_log::checkpoints(&mut tx).await.unwrap()).beside(beside);
        rows.iter().for_each(|row| examiner.push(row));
        assert!(examiner.finish().is_err(), "{statement}");
        noticed += 1;
        tx.rollback().await.unwrap();
    }
    assert_eq!(noticed, 44);
}
