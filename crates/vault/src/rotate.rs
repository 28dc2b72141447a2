//! Rotation: moves every data key under the newest wrapping key, in bounded transactions. No value is touched.

use base::database::{self, Actor};
use sqlx::{PgConnection, PgPool};

use super::{Fault, KeyRow, Vault};

/// Data keys moved in one transaction.
const BATCH: i64 = 500;

/// Lock for one rotation at a time: two that write the key file at once could lose a version under which keys are wrapped already.
///
/// # Errors
/// The statement failed.
pub async fn take_turn(tx: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('rotate-keys', 0))").fetch_one(tx).await?;
    Ok(())
}

/// Rewraps the data keys of older versions; returns how many. It may be stopped and started again at any time.
///
/// # Errors
/// A statement failed, or a key cannot be unwrapped: those before it are moved, and nothing is lost.
pub async fn rewrap(vault: &Vault, pool: &PgPool) -> sqlx::Result<u64> {
    let current = vault.store()?.current().await?;
    let mut moved = 0;
    loop {
        let mut tx = database::begin(pool, &Actor::service(vault.service())).await?;
        let rows = sqlx::query_as!(
            KeyRow,
            "select id, kind, object, side, wrapped, kek_version from data_key
             where kek_version < $1 and destroyed_at is null order by kek_version limit $2 for update",
            current,
            BATCH
        )
        .fetch_all(&mut *tx)
        .await?;
        if rows.is_empty() {
            return Ok(moved);
        }
        for row in rows {
            let bound = row.bound(vault.0.service);
            let mut key = vault.store()?.unwrap(row.kek_version, row.wrapped.as_deref().ok_or(Fault::Destroyed)?, &bound).await?;
            let wrapped = vault.store()?.wrap(&key, &bound).await;
            key.fill(0);
            let wrapped = wrapped?;
            sqlx::query!("update data_key set wrapped = $2, kek_version = $3 where id = $1", row.id, wrapped.bytes, wrapped.version)
                .execute(&mut *tx)
                .await?;
            moved += 1;
        }
        tx.commit().await?;
    }
}
