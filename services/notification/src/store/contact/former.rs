//! Contacts of a former version, which distinguished victims by the spelling of the reference.

use proto::id::ContactId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Victim;

/// Contacts that a former version stored, whose victims it distinguished by the spelling; after one, at most `limit`.
///
/// # Errors
/// The statement failed.
pub async fn as_spelled(db: &mut PgConnection, after: Uuid, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select contact_id from contact_point where not in_one_form and contact_id > $1 order by contact_id limit $2",
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// Victim of a stored contact; none where it is not here.
///
/// # Errors
/// The statement failed.
pub async fn victim_of(db: &mut PgConnection, contact: ContactId) -> sqlx::Result<Option<Victim>> {
    sqlx::query_scalar!("select victim_ref from contact_point where contact_id = $1", contact.uuid())
        .fetch_optional(db)
        .await
        .map(|found| found.map(Victim))
}

/// Merges one victim into another, where the two were spellings of one reference; the first do-not-contact mark stays.
///
/// # Errors
/// A statement failed.
pub async fn join(db: &mut PgConnection, from: &Victim, to: &Victim, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update contact_point set victim_ref = $2, in_one_form = true where victim_ref = $1", from.0, to.0)
        .execute(&mut *db)
        .await?;
    sqlx::query!("update delivery set victim_ref = $2 where victim_ref = $1", from.0, to.0).execute(&mut *db).await?;
    if from.0 == to.0 {
        return Ok(());
    }
    sqlx::query!(
        "insert into do_not_contact (victim_ref, contact_id, marked_at)
         select $2, contact_id, marked_at from do_not_contact where victim_ref = $1 on conflict (victim_ref) do nothing",
        from.0,
        to.0
    )
    .execute(&mut *db)
    .await?;
    // One open task for each victim and kind.
    sqlx::query!(
        "update contact_review held set closed_at = $3
         where victim_ref = $1 and closed_at is null
           and exists (select from contact_review other where other.victim_ref = $2 and other.kind = held.kind and other.closed_at is null)",
        from.0,
        to.0,
        at
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("update contact_review set victim_ref = $2 where victim_ref = $1", from.0, to.0).execute(db).await?;
    Ok(())
}
