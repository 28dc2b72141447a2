//! Periodic comparison of referrals that came in.

use std::time::Duration;

use base::tasks::{Failed, Next, Work};
use server::Context;

use crate::app::{App, likeness::compare_next};

/// Period of the look for new ones.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// Begins the comparison, which runs until the process stops.
pub fn begin(ctx: &Context, app: App) {
    ctx.tasks.every("referral-likeness", LOOK_INTERVAL, None, Comparison(app));
}

struct Comparison(App);

impl Work for Comparison {
    async fn run(&mut self) -> Result<Next, Failed> {
        Ok(if compare_next(&self.0).await? { Next::AtOnce } else { Next::Later })
    }
}
