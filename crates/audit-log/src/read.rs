//! Queries of the audit log for an auditor: with a read-only login, in order, page by page.

use base::clock::micros;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::log::{Checkpoint, Row};

struct Stored {
    position: i64,
    at: OffsetDateTime,
    actor: String,
    action: String,
    kind: String,
    object: String,
    outcome: String,
    reason: String,
}

impl From<Stored> for Row {
    fn from(s: Stored) -> Self {
        let Stored { position, at, actor, action, kind, object, outcome, reason } = s;
        Self { position, at: micros(at), actor, action, kind, object, outcome, reason }
    }
}

/// Entries from a position on, at most `limit`.
///
/// # Errors
/// The statement failed.
pub async fn entries(db: &mut PgConnection, from: i64, limit: i64) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Stored,
        "select position, at, actor, action, kind, object, outcome, reason from audit_entry where position >= $1 order by position limit $2",
        from,
        limit
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Row::from).collect())
}

/// Entries about an object under any of its names, newest first, at most `limit`.
///
/// # Errors
/// The statement failed.
pub async fn of_objects(db: &mut PgConnection, names: &[String], limit: i64) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Stored,
        "select position, at, actor, action, kind, object, outcome, reason from audit_entry
         where object = any($1) order by position desc limit $2",
        names,
        limit
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Row::from).collect())
}

/// Every checkpoint, in order of size.
///
/// # Errors
/// The statement failed.
pub async fn checkpoints(db: &mut PgConnection) -> sqlx::Result<Vec<Checkpoint>> {
    let found = sqlx::query!("select size, root, at, signature from audit_checkpoint order by size").fetch_all(db).await?;
    Ok(found.into_iter().map(|c| Checkpoint { size: c.size, root: c.root, at: micros(c.at), signature: c.signature }).collect())
}
