//! Periodic work: everything rings at once whenever the database is found to be older than it was.

use std::time::Duration;

use base::tasks::{Failed, Next, Work};
use server::Context;
use sqlx::PgPool;
use tokio::sync::watch;

use super::wake;
use crate::app::alarm::{App, ring};

/// Interval at which rings that failed are tried again.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

struct RingAfterRestore {
    pool: PgPool,
    app: App,
    /// Name of the audit log.
    log: &'static str,
    /// Whether the database is as new as its witness knows it.
    history: watch::Receiver<bool>,
    /// It was found to be set back, and not everything has rung for that.
    set_back: bool,
}

pub fn start(ctx: &Context, app: &App) {
    let wake = wake::on_change(ctx, "ring-after-restore-wake", ctx.history());
    let mut history = ctx.history();
    // What was found before this task began counts too.
    history.mark_changed();
    let work = RingAfterRestore { pool: ctx.pool.clone(), app: app.clone(), log: ctx.name, history, set_back: false };
    ctx.tasks.every("ring-after-restore", RETRY_INTERVAL, Some(wake), work);
}

impl Work for RingAfterRestore {
    async fn run(&mut self) -> Result<Next, Failed> {
        if self.history.has_changed().unwrap_or_default() {
            self.set_back = !*self.history.borrow_and_update();
        }
        if self.set_back {
            // A new epoch first, so that consumers accept what is published from now on.
            let (now, signer) = (self.app.clock.now(), self.app.signer.as_deref());
            self.app.epoch.begin(&self.pool, (self.log, signer), now).await?;
            let audiences = ring::all_at_once(&self.pool, self.app.clock.now()).await?;
            self.set_back = false;
            if audiences > 0 {
                tracing::error!(audiences, "the database was set back: every open concern rings again");
            }
        }
        Ok(Next::Later)
    }
}
