//! Table of rings already stored, so that the same ring by either path is one ring [R3e].

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::delivery::TRIES;

/// When a ring was stored.
///
/// # Errors
/// The statement failed.
pub async fn taken_at(db: &mut PgConnection, ring: Uuid) -> sqlx::Result<Option<OffsetDateTime>> {
    sqlx::query_scalar!("select delivered_at from ring where ring_id = $1", ring).fetch_optional(db).await
}

/// The newest ring of what this delivery is of, locked until the transaction ends: two channels that fail at once are seen together.
///
/// # Errors
/// The statement failed.
pub async fn newest_of(db: &mut PgConnection, delivery: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select ring.ring_id
         from delivery join inbox_item as item using (item_id)
              join ring on ring.concern_id = item.about and ring.audience = item.audience
         where delivery.delivery_id = $1
         order by ring.delivered_at desc, ring.step desc limit 1 for update of ring",
        delivery
    )
    .fetch_optional(db)
    .await
}

/// Marks a ring where nothing that was to leave for it reached anybody, or can be expected to: no delivery of its audience waits untried, is
/// in the hands of a gateway, or was made since. Returns whether it was not marked before.
///
/// # Errors
/// The statement failed.
pub async fn mark_unreached(db: &mut PgConnection, ring: Uuid, at: OffsetDateTime) -> sqlx::Result<bool> {
    let marked = sqlx::query!(
        "update ring set unreached_at = $2
         where ring_id = $1 and unreached_at is null and not exists (
             select from inbox_item as item join delivery using (item_id)
             where item.about = ring.concern_id and item.audience = ring.audience and delivery.channel <> 'inbox'
                 and (delivery.state = 'sent' or (delivery.state = 'pending' and (delivery.held_until is null or delivery.held_until <= $2)) or (delivery.state = 'retrying' and delivery.attempts < $3)
                     or (delivery.state = 'delivered' and delivery.finished_at >= ring.delivered_at)))",
        ring,
        at,
        TRIES
    )
    .execute(db)
    .await?;
    Ok(marked.rows_affected() == 1)
}
