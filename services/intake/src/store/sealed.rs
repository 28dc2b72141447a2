//! Places and keys of the sealed values of intake, and the sealing of values still in clear.

use messaging::leftovers::{BATCH, Leftovers};
use proto::subject;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{DataKey, Owner, Place, Vault, object_of};

/// Kind of the keys of concerns that leave with a submission.
pub(super) const CONCERN: &str = "concern";

/// The key of a referral, its variants and its decisions.
pub(super) const fn referral(id: Uuid) -> Owner {
    Owner::of("referral", id)
}

pub(super) const fn contact(id: Uuid) -> Owner {
    Owner::of("contact", id)
}

pub(super) const fn content(id: Uuid) -> Place {
    Place::new("referral", "content", id)
}

pub(super) fn variant(id: Uuid, hash: &[u8]) -> Place {
    Place::new("referral_variant", "content", object_of(&format!("{id}/{}", hex::encode(hash))))
}

pub(super) fn reason(id: Uuid, number: i32) -> Place {
    Place::new("screening_decision", "reason", object_of(&format!("{id}/{number}")))
}

pub(super) const fn contact_content(id: Uuid) -> Place {
    Place::new("contact", "content", id)
}

/// Whether a submission may wait for a key. One with a safety concern may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    Waits,
    /// It is stored in clear where no key is available.
    Never,
}

impl Patience {
    pub(super) fn settle<T>(self, sealed: sqlx::Result<T>, table: &'static str) -> sqlx::Result<Option<T>> {
        match self {
            Self::Waits => sealed.map(Some),
            Self::Never => vault::or_clear(sealed, table),
        }
    }
}

/// The key of a concern that leaves with a submission; `None` where it leaves in clear, because it does not wait.
///
/// # Errors
/// A statement failed.
pub async fn concern_key(db: &mut PgConnection, vault: &Vault, concern: Uuid, at: OffsetDateTime) -> sqlx::Result<Option<DataKey>> {
    vault::or_clear(vault.key(db, Owner::of(CONCERN, concern), at).await, "outbox")
}

/// Values stored in clear.
pub struct InClear;

impl Leftovers for InClear {
    const SUBJECTS: &'static [&'static str] = subject::SAFETY_SERVICE_RAISES.filters;

    async fn seal(&self, tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
        let submitted = referrals(tx, vault, at).await? + variants(tx, vault, at).await?;
        Ok(submitted + decisions(tx, vault, at).await? + contacts(tx, vault, at).await?)
    }
}

async fn referrals(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        "select referral_id, content from referral where content <> '' order by referral_id limit $1 for update skip locked",
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let sealed = vault.seal(tx, referral(row.referral_id), content(row.referral_id), &row.content, at).await?;
        sqlx::query!("update referral set content = '', content_sealed = $2 where referral_id = $1", row.referral_id, sealed)
            .execute(&mut *tx)
            .await?;
    }
    Ok(rows.len())
}

async fn variants(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        "select referral_id, body_hash, content from referral_variant where content <> ''
         order by referral_id, body_hash limit $1 for update skip locked",
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let place = variant(row.referral_id, &row.body_hash);
        let sealed = vault.seal(tx, referral(row.referral_id), place, &row.content, at).await?;
        sqlx::query!(
            "update referral_variant set content = '', content_sealed = $3 where referral_id = $1 and body_hash = $2",
            row.referral_id,
            row.body_hash,
            sealed
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(rows.len())
}

async fn decisions(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        "select referral_id, number, reason from screening_decision where reason <> ''
         order by referral_id, number limit $1 for update skip locked",
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let place = reason(row.referral_id, row.number);
        let sealed = vault.seal(tx, referral(row.referral_id), place, row.reason.as_bytes(), at).await?;
        sqlx::query!(
            "update screening_decision set reason = '', reason_sealed = $3 where referral_id = $1 and number = $2",
            row.referral_id,
            row.number,
            sealed
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(rows.len())
}

async fn contacts(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        "select contact_id, content from contact where content <> '' order by contact_id limit $1 for update skip locked",
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let sealed = vault.seal(tx, contact(row.contact_id), contact_content(row.contact_id), &row.content, at).await?;
        sqlx::query!("update contact set content = '', content_sealed = $2 where contact_id = $1", row.contact_id, sealed)
            .execute(&mut *tx)
            .await?;
    }
    Ok(rows.len())
}
