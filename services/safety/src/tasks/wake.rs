//! Wake of periodic work by a watch channel.

use std::sync::Arc;

use server::Context;
use tokio::sync::{Notify, watch};

/// Wake that is notified whenever the watched value is sent, until the process stops.
pub fn on_change<T: Send + Sync + 'static>(ctx: &Context, name: &'static str, mut watched: watch::Receiver<T>) -> Arc<Notify> {
    let wake = Arc::new(Notify::new());
    let (notified, stop) = (wake.clone(), ctx.stop.clone());
    ctx.spawn(name, async move {
        while let Some(Ok(())) = stop.run_until_cancelled(watched.changed()).await {
            notified.notify_one();
        }
        stop.cancelled().await;
        Ok(())
    });
    wake
}
