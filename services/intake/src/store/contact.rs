//! Table `contact`: one row per body; the first of a region and key comes before its variants.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::Vault;

use super::sealed;
use crate::domain::{Body, contact::Examined};

/// A contact row.
#[derive(Debug, Clone)]
pub struct ContactRow {
    pub id: Uuid,
    pub receipt_number: String,
    pub received_at: OffsetDateTime,
    pub body_hash: Vec<u8>,
    /// Position under its key, from 0.
    pub place: i32,
}

/// A contact with its content.
pub struct Full {
    pub key: String,
    pub content: Vec<u8>,
    pub received_at: OffsetDateTime,
}

/// A contact to insert.
pub struct New<'a> {
    pub id: Uuid,
    pub variant_of: Option<Uuid>,
    pub place: i32,
    pub receipt_number: &'a str,
    pub contact: &'a Examined,
    pub body: &'a Body,
    pub submitter: &'a str,
}

/// Inserts a contact; `false` where its key or number is taken.
///
/// # Errors
/// The statement failed.
pub async fn insert(db: &mut PgConnection, vault: &Vault, new: &New<'_>, at: OffsetDateTime) -> sqlx::Result<bool> {
    let sealed = vault.seal(db, sealed::contact(new.id), sealed::contact_content(new.id), new.body.bytes(), at).await?;
    let done = sqlx::query!(
        "insert into contact (contact_id, variant_of, receipt_number, region, idempotency_key, body_hash, content, content_sealed,
                              submitter, received_at, key_form, place)
         values ($1, $2, $3, $4, $5, $6, '', $7, $8, $9, $10, $11) on conflict do nothing",
        new.id,
        new.variant_of,
        new.receipt_number,
        new.contact.region.code(),
        new.contact.key.as_str(),
        new.body.hash().as_slice(),
        sealed,
        new.submitter,
        at,
        new.contact.key.form(),
        new.place
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Lock that serialises the pushes under one region and key, so that each sees the one before it.
///
/// # Errors
/// The statement failed.
pub async fn queue(db: &mut PgConnection, contact: &Examined) -> sqlx::Result<()> {
    let what = format!("contact {} {}", contact.region.code(), contact.key.form());
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", what).fetch_one(db).await?;
    Ok(())
}

/// The first contact under a region and key, and the latest, which may be the same.
///
/// # Errors
/// A statement failed.
pub async fn find(db: &mut PgConnection, contact: &Examined) -> sqlx::Result<Option<(ContactRow, ContactRow)>> {
    let first = sqlx::query_as!(
        ContactRow,
        // Keys from before the form for comparison are compared as submitted. Each part of the query uses an index.
        r#"select id as "id!", receipt_number as "receipt_number!", received_at as "received_at!", body_hash as "body_hash!",
                  place as "place!"
           from (select contact_id as id, receipt_number, received_at, body_hash, place, idempotency_key from contact
                 where region = $1 and key_form = $2 and variant_of is null
                 union all
                 select contact_id, receipt_number, received_at, body_hash, place, idempotency_key from contact
                 where region = $1 and idempotency_key = any (array[$2, $3]) and key_form is null and variant_of is null) as under
           order by idempotency_key = $3 desc limit 1"#,
        contact.region.code(),
        contact.key.form(),
        contact.key.as_str()
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(first) = first else { return Ok(None) };
    let latest = sqlx::query_as!(
        ContactRow,
        "select contact_id as id, receipt_number, received_at, body_hash, place from contact
         where variant_of = $1 order by place desc, received_at desc, contact_id desc limit 1",
        first.id
    )
    .fetch_optional(db)
    .await?;
    let latest = latest.unwrap_or_else(|| first.clone());
    Ok(Some((first, latest)))
}

/// Number and time of a receipt, for any submitter of one of its bodies, or for the RJ Unit (`submitter` is `None`).
///
/// # Errors
/// The statement failed.
pub async fn find_receipt(
    db: &mut PgConnection,
    number: &str,
    submitter: Option<&str>,
) -> sqlx::Result<Option<(String, OffsetDateTime, String)>> {
    let row = sqlx::query!(
        "select c.receipt_number, c.received_at, c.idempotency_key from contact c
         where c.receipt_number = $1 and c.variant_of is null
           and ($2::text is null or c.submitter = $2
                or exists (select from contact v where v.variant_of = c.contact_id and v.submitter = $2))",
        number,
        submitter
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|r| (r.receipt_number, r.received_at, r.idempotency_key)))
}

/// One contact with its content.
///
/// # Errors
/// The statement failed, or the content cannot be opened.
pub async fn read(db: &mut PgConnection, vault: &Vault, id: Uuid) -> sqlx::Result<Option<Full>> {
    let row = sqlx::query!("select idempotency_key, content, content_sealed, received_at from contact where contact_id = $1", id)
        .fetch_optional(&mut *db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let content = match &row.content_sealed {
        Some(sealed) => vault.open(db, sealed::contact_content(id), sealed).await?,
        None => row.content,
    };
    Ok(Some(Full { key: row.idempotency_key, content, received_at: row.received_at }))
}
