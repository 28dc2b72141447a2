//! A fresh, migrated database for one test, on the PostgreSQL that all tests of the run share.

use std::{collections::BTreeMap, str::FromStr};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::sync::Mutex;
use uuid::Uuid;

/// A database that belongs to one test.
pub struct Database {
    pub pool: PgPool,
    pub options: PgConnectOptions,
    server: PgConnectOptions,
}

impl Drop for Database {
    /// Drops the database: hundreds of tests share one server.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.options.get_database().unwrap_or_default().to_owned());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut admin = sqlx::PgConnection::connect_with(&server).await?;
                admin.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await?;
                anyhow::Ok(())
            })
        });
        // What could not be dropped goes with the server.
        let _ = dropping.join();
    }
}

/// Creates a database with the migrations applied in the order given: a copy of a template that this process makes once.
///
/// # Panics
/// PostgreSQL cannot be reached or a migration fails: the test cannot run.
#[expect(clippy::unwrap_used, reason = "a test that has no database has failed")]
pub async fn fresh(migrators: &[&Migrator]) -> Database {
    let server = PgConnectOptions::from_str(&server_url()).unwrap().disable_statement_logging();
    let template = template(&server, migrators).await;
    let options = server.clone().database(&create(&server, "test", &template).await);
    // A test may listen to the statements (harness::uniform); nobody else hears them.
    let heard = PgConnectOptions::from_str(&server_url()).unwrap().database(options.get_database().unwrap_or_default());
    let pool = PgPoolOptions::new().max_connections(12).connect_with(heard).await.unwrap();
    Database { pool, options, server }
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
    let name = create(server, "template", "template0").await;
    let mut db = sqlx::PgConnection::connect_with(&server.clone().database(&name)).await.unwrap();
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
    let statement = format!("create database {name} template {template} encoding 'utf8'");
    admin.execute(AssertSqlSafe(statement)).await.unwrap();
    admin.close().await.unwrap();
    name
}

#[expect(clippy::expect_used, reason = "a test that has no database has failed")]
fn server_url() -> String {
    local::test_database::administrator_url().expect("a private PostgreSQL could not be started")
}
