//! Periodic work: the ladder engine. Any number of instances may run; each audience is rung by one of them [R3e].

use std::time::Duration;

use base::{
    refusal::store_error,
    tasks::{Failed, Next, Work},
};
use messaging::outbox::Wake;
use server::Context;
use sqlx::PgPool;

use crate::app::alarm::{App, ring, timekeeping::Watched, watch::Hub};

/// Tick of the engine.
const TICK_INTERVAL: Duration = Duration::from_millis(500);

struct Engine {
    pool: PgPool,
    outbox: Wake,
    app: App,
    hub: Hub,
    clocks: Watched,
}

pub fn start(ctx: &Context, app: &App, hub: &Hub) {
    let (pool, outbox, clocks) = (ctx.pool.clone(), ctx.outbox.clone(), Watched::begin());
    ctx.tasks.every("ladder", TICK_INTERVAL, None, Engine { pool, outbox, app: app.clone(), hub: hub.clone(), clocks });
}

impl Work for Engine {
    async fn run(&mut self) -> Result<Next, Failed> {
        // Clocks that cannot be compared keep nobody from being rung.
        if let Err(error) = self.clocks.compare(&self.pool, &self.app).await {
            tracing::warn!(error = store_error(&error), "the clocks cannot be compared for a moment");
        }
        let rings = ring::tick(&self.pool, &self.app).await?;
        self.hub.ticked();
        if rings > 0 {
            tracing::warn!(rings, "audiences that have not accepted were rung again");
            self.outbox.wake();
        }
        Ok(Next::Later)
    }
}
