//! Periodic work of safety, each with its name, its period and its health. None waits for another, and none fails with another.

mod drill;
mod ladder;
mod reconcile;
mod restate_grants;
mod ring_after_restore;
pub mod trust_cache;
mod wake;
pub mod watchers;

use server::Context;

use crate::app::alarm::{App, watch::Hub};

/// Starts all of it.
pub fn start(ctx: &Context, app: &App, hub: &Hub) {
    trust_cache::start(ctx, &app.directory);
    restate_grants::start(ctx, &app.directory);
    ladder::start(ctx, app, hub);
    drill::start(ctx, app);
    ring_after_restore::start(ctx, app);
    reconcile::start(ctx, app);
    watchers::start(ctx, hub);
}
