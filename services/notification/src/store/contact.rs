//! The contact register: rows are only added [CARD5].

use chassis::Private;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::unreadable;
use crate::domain::{
    contact::{Contact, Kind, Value},
    language::Language,
};

/// Holds the register of one victim until the transaction ends.
///
/// # Errors
/// The statement failed.
pub async fn lock(db: &mut PgConnection, victim_ref: &Private<String>) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('contact:' || $1, 0))", victim_ref.expose()).execute(db).await?;
    Ok(())
}

/// Adds a pushed contact; `false` where it stands already.
///
/// # Errors
/// The statement failed.
pub async fn add(db: &mut PgConnection, contact: &Contact, at: OffsetDateTime) -> sqlx::Result<bool> {
    let added = sqlx::query!(
        "insert into contact_point
             (contact_id, victim_ref, region, kind, value, language, safe_contact, do_not_contact, receipt_number, effective_at, taken_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (contact_id) do nothing",
        contact.contact_id.uuid(),
        contact.victim_ref.expose(),
        contact.region.code(),
        contact.kind.code(),
        contact.value.expose(),
        contact.language.map(Language::code),
        contact.safe_contact.expose(),
        contact.do_not_contact,
        contact.receipt_number,
        contact.effective_at,
        at,
    )
    .execute(db)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// Marks the victim; the first mark stays.
///
/// # Errors
/// The statement failed.
pub async fn mark_do_not_contact(db: &mut PgConnection, contact: &Contact, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into do_not_contact (victim_ref, contact_id, marked_at) values ($1, $2, $3) on conflict (victim_ref) do nothing",
        contact.victim_ref.expose(),
        contact.contact_id.uuid(),
        at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Every value ever pushed for one victim and one kind, oldest first.
///
/// # Errors
/// The statement failed, or a row cannot be read by this version.
pub async fn values(db: &mut PgConnection, victim_ref: &Private<String>, kind: Kind) -> sqlx::Result<Vec<Value>> {
    let rows = sqlx::query!(
        "select region, value, effective_at, taken_at from contact_point
         where victim_ref = $1 and kind = $2 order by taken_at, contact_id",
        victim_ref.expose(),
        kind.code(),
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Value {
                region: row.region.parse().map_err(|_| unreadable("contact_point.region"))?,
                value: row.value.into(),
                effective_at: row.effective_at,
                taken_at: row.taken_at,
            })
        })
        .collect()
}

/// Opens the task to compare; `false` where one is open for this victim and kind.
///
/// # Errors
/// The statement failed.
pub async fn open_review(
    db: &mut PgConnection,
    review_id: Uuid,
    contact: &Contact,
    reference: &str,
    at: OffsetDateTime,
) -> sqlx::Result<bool> {
    let opened = sqlx::query!(
        "insert into contact_review (review_id, victim_ref, kind, reference, opened_at) values ($1, $2, $3, $4, $5)
         on conflict (victim_ref, kind) where closed_at is null do nothing",
        review_id,
        contact.victim_ref.expose(),
        contact.kind.code(),
        reference,
        at,
    )
    .execute(db)
    .await?;
    Ok(opened.rows_affected() == 1)
}
