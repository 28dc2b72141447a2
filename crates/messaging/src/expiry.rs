//! Deletion of outbox messages that have ended, where the object they were about is gone too.

use sqlx::PgConnection;
use uuid::Uuid;

/// Deletes ended messages of these aggregates, and those of these ids: published, and confirmed where they must be. Returns how many. A
/// service that needs it gives its login the right, as narrow as possible.
///
/// # Errors
/// The statement failed.
pub async fn messages(tx: &mut PgConnection, aggregates: &[Uuid], ids: &[Uuid]) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from outbox where (aggregate = any($1) or id = any($2))
             and carried_at is not null and (not must_be_confirmed or confirmed_at is not null)",
        aggregates,
        ids
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}
