//! Schema of a service's database: the tables of these crates, then the service's own.

use anyhow::{Context as _, anyhow, ensure};
use base::programme;
use sqlx::{
    PgPool,
    migrate::{MigrateError, Migrator},
};

/// Migrations of outbox, inbox and quarantine: versions below 1000. A service's own begin at 1001.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Brings the schema up to date: the tables of these crates, then the service's.
///
/// # Errors
/// A migration fails, or one that was applied has changed since.
pub async fn migrate(pool: &PgPool, service: &Migrator) -> anyhow::Result<()> {
    for migrator in [&MIGRATOR, service] {
        tolerant(migrator).run(pool).await.map_err(explained).context("cannot migrate the database")?;
    }
    Ok(())
}

/// A migration that was edited after it was applied is the one failure whose own words name no way on.
fn explained(error: MigrateError) -> anyhow::Error {
    match error {
        MigrateError::VersionMismatch(version) => anyhow!(
            "this database was made by another form of migration {version}: with data that may go, begin with an empty one (`{}`); \
             otherwise run the version that made it, and change the schema by a migration of its own",
            programme::get().reset
        ),
        other => other.into(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_meets_an_edited_migration_is_told_the_way_on() {
        let words = explained(MigrateError::VersionMismatch(1)).to_string();
        assert!(words.contains("migration 1") && words.contains(programme::get().reset), "{words}");
        assert_eq!(explained(MigrateError::Dirty(7)).to_string(), MigrateError::Dirty(7).to_string());
    }
}
