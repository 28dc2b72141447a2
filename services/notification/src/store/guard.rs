//! What is guarded for the alarm, and the copy of a concern that it can be given back from.

use chassis::{Private, Vault};
use proto::id::ConcernId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{sealed, unreadable};
use crate::domain::{
    guard::Guarded,
    ring::{Audience, Ring, Urgency},
};

/// Guards what has just rung; by this ring the alarm is heard.
///
/// # Errors
/// The statement failed.
pub async fn hold(db: &mut PgConnection, ring: &Ring) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into guarded (concern_id, audience, reference, urgency, next_ring_by) values ($1, $2, $3, $4, $5)
         on conflict (concern_id, audience) do update set reference = excluded.reference, urgency = excluded.urgency,
             next_ring_by = greatest(guarded.next_ring_by, excluded.next_ring_by), settled_at = null, alarmed_at = null",
        ring.concern_id.uuid(),
        ring.audience.code(),
        ring.reference,
        ring.urgency.code(),
        ring.next_ring_by
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Guards it no longer, for one audience or for both.
///
/// # Errors
/// The statement failed.
pub async fn settle(db: &mut PgConnection, concern: ConcernId, audience: Option<Audience>, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "update guarded set settled_at = $3 where concern_id = $1 and ($2::text is null or audience = $2) and settled_at is null",
        concern.uuid(),
        audience.map(Audience::code),
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What is guarded, what must ring first before the rest; at most `limit`.
///
/// # Errors
/// The statement failed, or a row cannot be read by this version.
pub async fn open(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Guarded>> {
    let rows = sqlx::query!(
        "select concern_id, audience, reference, urgency, next_ring_by, alarmed_at from guarded where settled_at is null
         order by next_ring_by, concern_id, audience limit $1",
        limit
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Guarded {
                concern: ConcernId::new(row.concern_id),
                audience: Audience::of(&row.audience).ok_or_else(|| unreadable("guarded.audience"))?,
                reference: row.reference,
                urgency: Urgency::of(&row.urgency).ok_or_else(|| unreadable("guarded.urgency"))?,
                next_ring_by: row.next_ring_by,
                alarmed_at: row.alarmed_at,
            })
        })
        .collect()
}

/// Takes it upon this instance to ring in the place of the alarm; `false` where another has just done so, or it is settled.
///
/// # Errors
/// The statement failed.
pub async fn claim(db: &mut PgConnection, guarded: &Guarded, at: OffsetDateTime) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update guarded set alarmed_at = $4
         where concern_id = $1 and audience = $2 and settled_at is null and alarmed_at is not distinct from $3",
        guarded.concern.uuid(),
        guarded.audience.code(),
        guarded.alarmed_at,
        at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Everybody in whose inbox the concern stands for this audience.
///
/// # Errors
/// The statement failed.
pub async fn listeners(db: &mut PgConnection, concern: ConcernId, audience: Audience) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select distinct recipient from inbox_item where about = $1 and audience = $2 order by recipient",
        concern.uuid(),
        audience.code()
    )
    .fetch_all(db)
    .await
}

/// All that NHQ was told of the concern, as the bytes of its envelope; none where nothing stands here that can be opened.
///
/// # Errors
/// The statement failed.
pub async fn told_nhq(db: &mut PgConnection, vault: &Vault, concern: ConcernId, template: &str) -> sqlx::Result<Option<Private<Vec<u8>>>> {
    let row = sqlx::query!(
        "select recipient, envelope, envelope_sealed from inbox_item
         where about = $1 and audience = 'nhq' and template = $2 order by last_rung_at desc limit 1",
        concern.uuid(),
        template
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let Some(bytes) = row.envelope_sealed else { return Ok(row.envelope.map(Private::new)) };
    let place = sealed::item("envelope", &row.recipient, template, concern.uuid(), Some(Audience::Nhq.code()));
    match vault.keys_of(db, &[&bytes]).await?.open(place, &bytes) {
        Ok(envelope) => Ok(Some(envelope)),
        Err(fault) => {
            tracing::error!(concern.id = %concern, error = %fault, "what was said of a concern cannot be opened: it is given back without it");
            Ok(None)
        }
    }
}
