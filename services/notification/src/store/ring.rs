//! Table of rings already stored, so that the same ring by either path is one ring [R3e].

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// When a ring was stored.
///
/// # Errors
/// The statement failed.
pub async fn taken_at(db: &mut PgConnection, ring: Uuid) -> sqlx::Result<Option<OffsetDateTime>> {
    sqlx::query_scalar!("select delivered_at from ring where ring_id = $1", ring).fetch_optional(db).await
}
