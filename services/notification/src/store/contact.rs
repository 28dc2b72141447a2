//! The contact register: rows are only added [CARD5].

use chassis::{Private, Vault};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{sealed, unreadable};
use crate::domain::{
    contact::{Contact, Kind, Value},
    language::Language,
};

/// What stands for a victim in this register: an index of the reference that the region gave.
#[derive(Debug, Clone)]
pub struct Victim(String);

impl Victim {
    pub(super) fn index(&self) -> &str {
        &self.0
    }
}

/// The victim of a contact.
///
/// # Errors
/// A statement failed, or there is no key.
pub async fn victim(db: &mut PgConnection, vault: &Vault, reference: &Private<String>, at: OffsetDateTime) -> sqlx::Result<Victim> {
    sealed::index(db, vault, reference.expose(), at).await.map(Victim)
}

/// Holds the register of one victim until the transaction ends.
///
/// # Errors
/// The statement failed.
pub async fn lock(db: &mut PgConnection, victim: &Victim) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('contact:' || $1, 0))", victim.0).execute(db).await?;
    Ok(())
}

/// Adds a pushed contact; `false` where it stands already.
///
/// # Errors
/// The statement failed.
pub async fn add(db: &mut PgConnection, vault: &Vault, victim: &Victim, contact: &Contact, at: OffsetDateTime) -> sqlx::Result<bool> {
    let id = contact.contact_id.uuid();
    let key = vault.key(db, sealed::contact(id), at).await?;
    let value = sealed::given(contact.value.expose()).map(|text| key.seal(sealed::value(id), text)).transpose()?;
    let safe = sealed::given(contact.safe_contact.expose()).map(|text| key.seal(sealed::safe_contact(id), text)).transpose()?;
    let added = sqlx::query!(
        "insert into contact_point
             (contact_id, victim_ref, region, kind, value, language, safe_contact, value_sealed, safe_contact_sealed, do_not_contact,
              receipt_number, effective_at, taken_at)
         values ($1, $2, $3, $4, '', $5, '', $6, $7, $8, $9, $10, $11)
         on conflict (contact_id) do nothing",
        id,
        victim.0,
        contact.region.code(),
        contact.kind.code(),
        contact.language.map(Language::code),
        value,
        safe,
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
pub async fn mark_do_not_contact(db: &mut PgConnection, victim: &Victim, contact: &Contact, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into do_not_contact (victim_ref, contact_id, marked_at) values ($1, $2, $3) on conflict (victim_ref) do nothing",
        victim.0,
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
pub async fn values(db: &mut PgConnection, vault: &Vault, victim: &Victim, kind: Kind) -> sqlx::Result<Vec<Value>> {
    let rows = sqlx::query!(
        "select contact_id, region, value, value_sealed, effective_at, taken_at from contact_point
         where victim_ref = $1 and kind = $2 order by taken_at, contact_id",
        victim.0,
        kind.code(),
    )
    .fetch_all(&mut *db)
    .await?;
    let values: Vec<&[u8]> = rows.iter().filter_map(|row| row.value_sealed.as_deref()).collect();
    let keys = vault.keys_of(db, &values).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Value {
                region: row.region.parse().map_err(|_| unreadable("contact_point.region"))?,
                value: keys.text(sealed::value(row.contact_id), row.value_sealed.as_deref(), Some(row.value))?,
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
    victim: &Victim,
    contact: &Contact,
    reference: &str,
    at: OffsetDateTime,
) -> sqlx::Result<bool> {
    let opened = sqlx::query!(
        "insert into contact_review (review_id, victim_ref, kind, reference, opened_at) values ($1, $2, $3, $4, $5)
         on conflict (victim_ref, kind) where closed_at is null do nothing",
        review_id,
        victim.0,
        contact.kind.code(),
        reference,
        at,
    )
    .execute(db)
    .await?;
    Ok(opened.rows_affected() == 1)
}
