//! Periodic work: watchers are notified of changes, by a hint when this process commits, and by a poll of what other instances commit.

use std::time::Duration;

use server::Context;

use super::wake;
use crate::app::alarm::watch::Hub;

/// Poll interval, whether or not there was a hint.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

pub fn start(ctx: &Context, hub: &Hub) {
    let wake = wake::on_change(ctx, "watchers-wake", ctx.outbox.committed());
    let (pool, hub) = (ctx.pool.clone(), hub.clone());
    ctx.tasks.every("watchers", POLL_INTERVAL, Some(wake), move || {
        let (pool, hub) = (pool.clone(), hub.clone());
        async move { hub.refresh(&pool).await }
    });
}
