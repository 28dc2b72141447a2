//! Refreshes what this process holds in memory, every 1.5 s: enrolled devices, ended office terms, the epoch, and the directory. Devices, terms
//! and epoch outlast a database that cannot be read; the directory is used only while it is fresh.

use std::time::Duration;

use chassis::{Context, database, refusal::store_error};
use sqlx::PgPool;
use uuid::Uuid;

use super::{devices, directory_cache, roster};
use crate::app::{App, epoch, row_security};

/// How long a change that another instance made may stay unknown here.
const REFRESH_INTERVAL: Duration = Duration::from_millis(1_500);
/// What one look may take.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(5);

/// Learns by heart what stands in the database now. Gives the devices that prove nobody, because this service did not sign them.
///
/// # Errors
/// A statement failed: what was known stays known.
pub async fn learn(pool: &PgPool, app: &App) -> sqlx::Result<Vec<Uuid>> {
    let reading = app.directory.reading();
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    roster::learn(&mut tx, app).await?;
    directory_cache::learn(&mut tx, app, &reading).await?;
    epoch::learn(&mut tx, app).await?;
    tx.commit().await?;
    devices::learn(pool, app).await
}

/// Keeps what is known like what stands in the database, until stopped.
///
/// # Errors
/// Never: what was known outlasts a database that is away.
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

/// Says once of each row that it was changed behind this service's back.
fn tell(forged: &[Uuid], told: &[Uuid]) {
    for id in forged.iter().filter(|id| !told.contains(id)) {
        tracing::error!(device.id = %id, "a device was changed behind this service's back: it proves nobody");
    }
}
