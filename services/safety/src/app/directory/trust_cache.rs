//! Task that refreshes the in-memory caches every 1.5 s: enrolled devices, ended office terms, the epoch, and the directory. Devices, terms
//! and epoch outlast a database that cannot be read; the directory is used only while it is fresh.

use std::time::Duration;

use chassis::{Context, database, refusal::store_error};
use sqlx::PgPool;
use uuid::Uuid;

use super::{devices, directory_cache, roster};
use crate::app::{App, epoch, row_security};

/// Interval of the refresh: the longest time a change by another instance may stay unknown here.
const REFRESH_INTERVAL: Duration = Duration::from_millis(1_500);
/// Timeout of one refresh.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(5);

/// Refreshes all caches from the database. Returns the devices that are not believed, because this service did not sign them.
///
/// # Errors
/// A statement failed: the caches keep what they have.
pub async fn learn(pool: &PgPool, app: &App) -> sqlx::Result<Vec<Uuid>> {
    let reading = app.directory.reading();
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    roster::learn(&mut tx, app).await?;
    directory_cache::learn(&mut tx, app, &reading).await?;
    epoch::learn(&mut tx, app).await?;
    tx.commit().await?;
    devices::learn(pool, app).await
}

/// Keeps the caches refreshed until stopped.
///
/// # Errors
/// Never: the caches outlast a database that is away.
pub async fn keep_known(ctx: Context, app: App) -> anyhow::Result<()> {
    let (mut away, mut told) = (false, Vec::new());
    while !ctx.stop.is_cancelled() {
        let fault = match tokio::time::timeout(REFRESH_TIMEOUT, learn(&ctx.pool, &app)).await {
            Ok(Ok(forged)) => {
                tell(&forged, &told);
                told = forged;
                None
            }
            Ok(Err(error)) => Some(store_error(&error)),
            Err(_) => Some("it takes too long".to_owned()),
        };
        if let Some(error) = fault.as_ref().filter(|_| !away) {
            let devices = app.devices.in_use.count();
            tracing::warn!(error, devices, "devices, and who left an office, cannot be read: what was known counts");
        }
        away = fault.is_some();
        tokio::select! {
            () = ctx.stop.cancelled() => {}
            () = tokio::time::sleep(REFRESH_INTERVAL) => {}
            () = app.devices.changed.notified() => {}
        }
    }
    Ok(())
}

/// Logs once for each row that it was changed directly in the database.
fn tell(forged: &[Uuid], told: &[Uuid]) {
    for id in forged.iter().filter(|id| !told.contains(id)) {
        tracing::error!(device.id = %id, "a device was changed behind this service's back: it proves nobody");
    }
}
