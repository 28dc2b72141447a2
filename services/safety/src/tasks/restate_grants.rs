//! Periodic work: every grant is published to every service again, once a day and a bounded number at a time.

use std::time::Duration;

use base::tasks::Failed;
use server::Context;

use crate::app::directory::{App, grants};

/// Interval at which grants that are due are published.
const PUBLISH_INTERVAL: Duration = Duration::from_secs(5);

pub fn start(ctx: &Context, app: &App) {
    let (pool, outbox, app, history) = (ctx.pool.clone(), ctx.outbox.clone(), app.clone(), ctx.history());
    ctx.tasks.every("restate-grants", PUBLISH_INTERVAL, None, move || {
        let (pool, outbox, app, whole) = (pool.clone(), outbox.clone(), app.clone(), *history.borrow());
        async move {
            let grants = grants::restate(&pool, &app, whole).await?;
            if grants > 0 {
                tracing::info!(grants, "grants were published to every service again");
                outbox.wake();
            }
            Ok::<_, Failed>(())
        }
    });
}
