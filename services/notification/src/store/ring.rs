//! Rings already taken, so that the same ring by either road is one ring [R3e].

use std::collections::BTreeMap;

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// When each of these rings was taken.
///
/// # Errors
/// The statement failed.
pub async fn taken(db: &mut PgConnection, rings: &[Uuid]) -> sqlx::Result<BTreeMap<Uuid, OffsetDateTime>> {
    let rows = sqlx::query!("select ring_id, delivered_at from ring where ring_id = any($1)", rings).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.ring_id, row.delivered_at)).collect())
}
