//! One referral with its content, for the RJ Unit.

use base::Private;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Fault, Vault};

use super::screening;
use crate::{
    domain::{Disposition, Flags, Origin, State},
    error::unknown_code,
    store::sealed,
};

/// Most variants read with one referral; the queue shows their number.
const VARIANTS_READ: i64 = 40;

/// A referral with its content.
pub struct Full {
    pub receipt_number: String,
    pub key: String,
    pub counted_origin: Origin,
    pub state: State,
    pub disposition: Option<Disposition>,
    /// The officer who made the current decision.
    pub screened_by: Option<String>,
    pub received_at: OffsetDateTime,
    pub flags: Flags,
    pub content: Vec<u8>,
    pub variants: Vec<Vec<u8>>,
}

/// One referral with its content and its variants, oldest first, and the officer who decided at a moment, or last. An accepted one is
/// absent for an `officer` without a tie to its case.
///
/// # Errors
/// The statement failed, the row holds an unknown code, or the content cannot be opened.
pub async fn read(
    db: &mut PgConnection,
    vault: &Vault,
    id: Uuid,
    officer: Option<&str>,
    decided_at: Option<OffsetDateTime>,
) -> base::Result<Option<Full>> {
    let row = sqlx::query!(
        "select receipt_number, idempotency_key, counted_origin, state, disposition, received_at, flags, content, content_sealed
         from referral where referral_id = $1 and purged_at is null
           and ($2::text is null or accepted_at is null or is_tied(referral_id, $2, acting_at(), false))",
        id,
        officer
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let screened_by = screening::decided_by(&mut *db, id, decided_at).await?;
    let variants = sqlx::query!(
        "select body_hash, content, content_sealed from referral_variant where referral_id = $1 order by received_at, body_hash limit $2",
        id,
        VARIANTS_READ
    )
    .fetch_all(&mut *db)
    .await?;
    let values = variants.iter().map(|v| v.content_sealed.as_deref()).chain([row.content_sealed.as_deref()]);
    let values: Vec<&[u8]> = values.flatten().collect();
    let keys = vault.keys_of(db, &values).await?;
    let variants = variants.into_iter().map(|v| {
        let opened = keys.bytes(sealed::variant(id, &v.body_hash), v.content_sealed.as_deref(), Some(v.content));
        opened.map(Private::into_inner)
    });
    let variants = variants.collect::<Result<Vec<_>, Fault>>().map_err(sqlx::Error::from)?;
    let content = keys.bytes(sealed::content(id), row.content_sealed.as_deref(), Some(row.content)).map_err(sqlx::Error::from)?;
    let disposition = row.disposition.map(|code| Disposition::from_code(&code).ok_or_else(|| unknown_code("referral.disposition")));
    Ok(Some(Full {
        receipt_number: row.receipt_number,
        key: row.idempotency_key,
        counted_origin: Origin::from_code(&row.counted_origin).ok_or_else(|| unknown_code("referral.counted_origin"))?,
        state: State::from_code(&row.state).ok_or_else(|| unknown_code("referral.state"))?,
        disposition: disposition.transpose()?,
        screened_by,
        received_at: row.received_at,
        flags: Flags::from_codes(&row.flags),
        content: content.into_inner(),
        variants,
    }))
}
