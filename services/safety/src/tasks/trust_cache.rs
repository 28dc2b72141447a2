//! Periodic work: the in-memory caches are refreshed: devices, ended office terms, the epoch and the directory.

use std::{mem, time::Duration};

use base::tasks::{Failed, Next, Work};
use server::Context;
use sqlx::PgPool;
use uuid::Uuid;

use crate::app::directory::{App, trust_cache};

/// Interval of the refresh: the longest time a change by another instance may stay unknown here.
const REFRESH_INTERVAL: Duration = Duration::from_millis(1_500);
/// Timeout of one refresh. While none succeeds, what was known counts.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(5);

struct Refresh {
    pool: PgPool,
    app: App,
    /// Devices that are not believed, and were logged.
    forged: Vec<Uuid>,
}

pub fn start(ctx: &Context, app: &App) {
    let refresh = Refresh { pool: ctx.pool.clone(), app: app.clone(), forged: Vec::new() };
    ctx.tasks.every("trust-cache", REFRESH_INTERVAL, Some(app.devices.changed.clone()), refresh);
}

impl Work for Refresh {
    async fn run(&mut self) -> Result<Next, Failed> {
        let refreshed = tokio::time::timeout(REFRESH_TIMEOUT, trust_cache::refresh(&self.pool, &self.app)).await;
        let forged = refreshed.map_err(|_| Failed("the caches cannot be refreshed in time".to_owned()))??;
        let known = mem::replace(&mut self.forged, forged);
        for id in self.forged.iter().filter(|id| !known.contains(id)) {
            tracing::error!(device.id = %id, "a device was changed behind this service's back: it proves nobody");
        }
        Ok(Next::Later)
    }
}
