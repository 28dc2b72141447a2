//! Schema of a service's database: the tables of these crates, then the service's own.

use anyhow::{Context as _, ensure};
use sqlx::{PgPool, migrate::Migrator};

/// Migrations of outbox, inbox and quarantine: versions below 1000. A service's own begin at 1001.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Brings the schema up to date: the tables of these crates, then the service's.
///
/// # Errors
/// A migration fails, or one that was applied has changed since.
pub async fn migrate(pool: &PgPool, service: &Migrator) -> anyhow::Result<()> {
    for migrator in [&MIGRATOR, service] {
        tolerant(migrator).run(pool).await.context("cannot migrate the database")?;
    }
    Ok(())
}

/// Refuses to serve on a schema that is behind; one that is ahead belongs to a newer version and is fine.
///
/// # Errors
/// Names the command to run.
pub async fn check(name: &str, pool: &PgPool, service: &Migrator) -> anyhow::Result<()> {
    let applied: Vec<i64> = match sqlx::query_scalar::<_, i64>("select version from _sqlx_migrations where success").fetch_all(pool).await {
        Ok(versions) => versions,
        Err(sqlx::Error::Database(_)) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let missing = MIGRATOR.iter().chain(service.iter()).filter(|m| !applied.contains(&m.version)).count();
    ensure!(missing == 0, "the database schema is {missing} migration(s) behind: run `{name} migrate`");
    Ok(())
}

/// Migrator that knows only its own versions and leaves the others alone.
fn tolerant(migrator: &Migrator) -> Migrator {
    let mut own = Migrator::with_migrations(migrator.iter().cloned().collect());
    own.set_ignore_missing(true);
    own
}
