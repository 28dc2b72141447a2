//! Table of the contact register: rows are only added [CARD5].

use base::Private;
use proto::{id::ContactId, normal};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Fault, Vault};

use super::sealed;
use crate::domain::{
    contact::{Contact, Kind, Value},
    language::Language,
};

/// Victim in this register: an index of the reference that the region gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Victim(String);

impl Victim {
    pub(super) fn index(&self) -> &str {
        &self.0
    }
}

/// Victim of a contact: the same under every spelling of the reference.
///
/// # Errors
/// A statement failed, or there is no key.
pub async fn victim(db: &mut PgConnection, vault: &Vault, reference: &Private<String>, at: OffsetDateTime) -> sqlx::Result<Victim> {
    sealed::index(db, vault, &normal::key(reference.expose()), at).await.map(Victim)
}

/// Victim as a former version computed it: the spelling counted.
///
/// # Errors
/// As [`victim`].
pub async fn victim_as_spelled(
    db: &mut PgConnection,
    vault: &Vault,
    reference: &Private<String>,
    at: OffsetDateTime,
) -> sqlx::Result<Victim> {
    sealed::index(db, vault, reference.expose().trim(), at).await.map(Victim)
}

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

/// Locks the register of one victim until the transaction ends.
///
/// # Errors
/// The statement failed.
pub async fn lock(db: &mut PgConnection, victim: &Victim) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('contact:' || $1, 0))", victim.0).execute(db).await?;
    Ok(())
}

/// Adds a pushed contact; `false` where it exists already.
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
              receipt_number, effective_at, taken_at, in_one_form)
         values ($1, $2, $3, $4, '', $5, '', $6, $7, $8, $9, $10, $11, true)
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

/// Every value ever pushed for one victim and one kind, oldest first. One that cannot be opened, or that another version wrote, hides no
/// other.
///
/// # Errors
/// The statement failed, or the key store does not answer.
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
    let mut values = Vec::with_capacity(rows.len());
    for row in rows {
        let Ok(region) = row.region.parse() else {
            tracing::error!(contact.id = %row.contact_id, "a contact is of a region that this version does not know: it is not compared");
            continue;
        };
        let value = match keys.text(sealed::value(row.contact_id), row.value_sealed.as_deref(), Some(row.value)) {
            Ok(value) => Some(value),
            Err(fault @ Fault::KeyStore(_)) => return Err(fault.into()),
            Err(fault) => {
                tracing::error!(contact.id = %row.contact_id, error = %fault, "a contact cannot be opened: somebody must compare");
                None
            }
        };
        values.push(Value { region, value, effective_at: row.effective_at, taken_at: row.taken_at });
    }
    Ok(values)
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
