//! Rings already taken, so that the same ring by either road is one ring [R3e].

use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::domain::ring::Ring;

/// Takes the ring for this transaction. Where it was taken before, when that was.
///
/// # Errors
/// A statement failed.
pub async fn take(db: &mut PgConnection, ring: &Ring, at: OffsetDateTime) -> sqlx::Result<Option<OffsetDateTime>> {
    let taken = sqlx::query!(
        "insert into ring (ring_id, concern_id, audience, step, level, no_route, delivered_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (ring_id) do nothing",
        ring.ring_id.uuid(),
        ring.concern_id.uuid(),
        ring.audience.code(),
        ring.step,
        ring.level,
        ring.no_route,
        at,
    )
    .execute(&mut *db)
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(None);
    }
    let before = sqlx::query_scalar!("select delivered_at from ring where ring_id = $1", ring.ring_id.uuid()).fetch_one(db).await?;
    Ok(Some(before))
}
