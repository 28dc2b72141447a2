//! Periodic work: open concerns are compared with the audit log, and what is missing is restored and rings.

use std::time::Duration;

use base::tasks::{Failed, Next, Work};
use messaging::outbox::Wake;
use server::Context;
use sqlx::PgPool;

use crate::app::alarm::{
    App,
    reconcile::{self, Missing},
};

/// Interval at which this database is checked.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);

struct Reconcile {
    pool: PgPool,
    outbox: Wake,
    app: App,
    missing: Missing,
}

pub fn start(ctx: &Context, app: &App) {
    let (pool, outbox, missing) = (ctx.pool.clone(), ctx.outbox.clone(), Missing::new());
    ctx.tasks.every_delayed("reconcile", CHECK_INTERVAL, None, Reconcile { pool, outbox, app: app.clone(), missing });
}

impl Work for Reconcile {
    async fn run(&mut self) -> Result<Next, Failed> {
        if reconcile::check(&self.pool, &self.app, &mut self.missing).await? > 0 {
            self.outbox.wake();
        }
        Ok(Next::Later)
    }
}
