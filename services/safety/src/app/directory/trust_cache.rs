//! Refresh of the in-memory caches: enrolled devices, ended office terms, the epoch, and the directory. Devices, terms and epoch outlast a
//! database that cannot be read; the directory is used only while it is fresh.

use base::database;
use sqlx::PgPool;
use uuid::Uuid;

use super::{app::App, devices};
use crate::app::row_security;

/// Refreshes all caches from the database. Returns the devices that are not believed, because this service did not sign them.
///
/// # Errors
/// A statement failed: the caches keep what they have.
pub async fn refresh(pool: &PgPool, app: &App) -> sqlx::Result<Vec<Uuid>> {
    let reading = app.cache.reading();
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    app.trust.ended_terms.refresh(&mut tx).await?;
    app.cache.refresh(&mut tx, &app.trust, app.clock.now(), &reading).await?;
    app.epoch.refresh(&mut tx).await?;
    tx.commit().await?;
    devices::refresh(pool, app).await
}
