//! A fresh, migrated database for one test, on the PostgreSQL that all tests of the run share.
//!
//! A test works with the application's login, as a service does, so that row-level security holds in every test. A test that must see all
//! rows has the administrator's login.

use std::{
    collections::BTreeMap,
    str::FromStr,
    sync::{
        OnceLock,
        mpsc::{self, Sender},
    },
};

use local::{postgres::scram, scratch};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::sync::Mutex;
use uuid::Uuid;

/// Logins of every test database: owner of the tables, application and auditor, named as the migrations expect.
pub const OWNER: &str = "ro_test_owner";
pub const APPLICATION: &str = "ro_test";
pub const AUDITOR: &str = "ro_test_auditor";
const PASSWORD: &str = "of-tests-only";
/// Connections of the pool of a test.
const CONNECTIONS: u32 = 12;

/// A database that belongs to one test.
pub struct Database {
    /// Pool of the application's login, as a service has it: nothing is read or written except in a transaction that names its actor.
    pub pool: PgPool,
    /// Pool of the administrator, exempt from every policy: to count, to inspect and to tamper.
    pub admin: PgPool,
    /// The application's.
    pub options: PgConnectOptions,
    server: PgConnectOptions,
}

impl Drop for Database {
    /// In memory, queues the database to be dropped in the background: hundreds share one server, and a connection that this test is opening
    /// cannot go on while its thread waits. On a disk it stays and goes with the server: there the next database would pay for the removal of
    /// this one, because a file system does not soon use again what it has just freed (half the time of these tests on ext4).
    fn drop(&mut self) {
        if self.server.get_socket().is_some_and(|socket| scratch::is_in_memory(socket)) {
            let _ended = dropper(&self.server).send(self.options.get_database().unwrap_or_default().to_owned());
        }
    }
}

/// Background thread with one connection per process that drops finished databases.
fn dropper(server: &PgConnectOptions) -> &'static Sender<String> {
    static NAMES: OnceLock<Sender<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let (names, done_with) = mpsc::channel::<String>();
        let server = server.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut admin = sqlx::PgConnection::connect_with(&server).await?;
                while let Ok(name) = done_with.recv() {
                    let _kept = admin.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await;
                }
                anyhow::Ok(())
            })
        });
        names
    })
}

/// Creates a database with the migrations applied in the order given: a copy of a template that this process makes once.
///
/// # Panics
/// PostgreSQL cannot be reached or a migration fails: the test cannot run.
#[expect(clippy::unwrap_used, reason = "a test that has no database has failed")]
pub async fn fresh(migrators: &[&Migrator]) -> Database {
    let server = PgConnectOptions::from_str(&server_url()).unwrap().disable_statement_logging();
    let template = template(&server, migrators).await;
    let administrator = server.clone().database(&create(&server, "test", &template).await);
    let options = login(&administrator, APPLICATION);
    // A test may record the statements (harness::uniform); nothing else receives them.
    let recorded = PgConnectOptions::from_str(&server_url()).unwrap().database(options.get_database().unwrap_or_default());
    let pool = base::database::pool(CONNECTIONS, login(&recorded, APPLICATION));
    let admin = PgPoolOptions::new().max_connections(4).connect_lazy_with(administrator);
    Database { pool, admin, options, server }
}

impl Database {
    /// A pool of another of its logins.
    #[must_use]
    pub fn login(&self, role: &str) -> PgConnectOptions {
        login(&self.options, role)
    }
}

pub(crate) fn login(database: &PgConnectOptions, role: &str) -> PgConnectOptions {
    base::database::planned_once(database.clone()).username(role).password(PASSWORD)
}

/// Creates the three logins of the cluster, by whichever test process is first.
#[expect(clippy::unwrap_used, reason = "a test that has no database has failed")]
async fn make_roles(server: &PgConnectOptions) {
    let mut admin = sqlx::PgConnection::connect_with(server).await.unwrap();
    for role in [OWNER, APPLICATION, AUDITOR] {
        let statement = format!(
            "do $$ begin
                 perform pg_advisory_xact_lock(785);
                 if not exists (select from pg_roles where rolname = '{role}') then
                     create role {role} login password '{}';
                 end if;
             end $$",
            scram::quick_verifier(PASSWORD)
        );
        admin.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    // Two processes may collide on the same row of the catalogue; the permission is granted either way.
    let _granted = admin.execute(AssertSqlSafe(format!("grant set on parameter actor.reach to {OWNER}"))).await;
    admin.close().await.unwrap();
}

/// The migrated template for this list of migrations.
#[expect(clippy::unwrap_used, reason = "a test that has no database has failed")]
async fn template(server: &PgConnectOptions, migrators: &[&Migrator]) -> String {
    static MADE: Mutex<BTreeMap<Vec<u8>, String>> = Mutex::const_new(BTreeMap::new());
    let key: Vec<u8> = migrators.iter().flat_map(|m| m.iter()).flat_map(|m| m.checksum.to_vec()).collect();
    let mut made = MADE.lock().await;
    if let Some(name) = made.get(&key) {
        return name.clone();
    }
    make_roles(server).await;
    let name = create(server, "template", "template0").await;
    let mut db = sqlx::PgConnection::connect_with(&login(&server.clone().database(&name), OWNER)).await.unwrap();
    for migrator in migrators {
        let mut tolerant = Migrator::with_migrations(migrator.iter().cloned().collect());
        tolerant.set_ignore_missing(true);
        tolerant.run(&mut db).await.unwrap();
    }
    db.close().await.unwrap();
    made.insert(key, name.clone());
    name
}

#[expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that has no database has failed")]
async fn create(server: &PgConnectOptions, kind: &str, template: &str) -> String {
    let name = format!("{kind}_{}", Uuid::now_v7().simple());
    let mut admin = sqlx::PgConnection::connect_with(server).await.unwrap();
    let statement = format!("create database {name} owner {OWNER} template {template} encoding 'utf8'");
    admin.execute(AssertSqlSafe(statement)).await.unwrap();
    admin.close().await.unwrap();
    name
}

#[expect(clippy::expect_used, reason = "a test that has no database has failed")]
fn server_url() -> String {
    local::test_database::administrator_url().expect("a private PostgreSQL could not be started")
}
