//! Periodic work: drills that are over end, and what was only called a drill rings.

use std::time::Duration;

use base::tasks::{Failed, Next, Work};
use messaging::outbox::Wake;
use server::Context;
use sqlx::PgPool;

use crate::app::alarm::{App, drill};

/// Longest time until a real concern at the site ends a drill.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);

struct Drills {
    pool: PgPool,
    outbox: Wake,
    app: App,
}

pub fn start(ctx: &Context, app: &App) {
    let work = Drills { pool: ctx.pool.clone(), outbox: ctx.outbox.clone(), app: app.clone() };
    ctx.tasks.every_delayed("drill", LOOK_INTERVAL, None, work);
}

impl Work for Drills {
    async fn run(&mut self) -> Result<Next, Failed> {
        if drill::pass(&self.pool, &self.app).await? > 0 {
            self.outbox.wake();
        }
        Ok(Next::Later)
    }
}
