//! Who was last seen holding an office whose holders are written to.

use sqlx::PgConnection;
use time::OffsetDateTime;

/// Notes that a person holds an office, or that they hold it no longer.
///
/// # Errors
/// The statement failed.
pub async fn note(db: &mut PgConnection, office: &str, subject: &str, holds: bool, at: OffsetDateTime) -> sqlx::Result<()> {
    if holds {
        sqlx::query!(
            "insert into office_holder (office, subject, seen_at) values ($1, $2, $3) on conflict do nothing",
            office,
            subject,
            at
        )
        .execute(db)
        .await?;
    } else {
        sqlx::query!("delete from office_holder where office = $1 and subject = $2", office, subject).execute(db).await?;
    }
    Ok(())
}

/// Everyone last seen holding it, at most `limit`.
///
/// # Errors
/// The statement failed.
pub async fn of(db: &mut PgConnection, office: &str, limit: i64) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("select subject from office_holder where office = $1 order by subject limit $2", office, limit).fetch_all(db).await
}
