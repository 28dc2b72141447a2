//! Periodic destruction of closed referrals whose retention is over.

use std::time::Duration;

use base::tasks::{Failed, Next, Work};
use server::Context;

use crate::app::purge::retention::Expiry;

/// Period of the check.
const CHECK_INTERVAL: Duration = Duration::from_secs(60);

/// Begins the check, which runs until the process stops.
pub fn begin(ctx: &Context, expiry: Expiry) {
    ctx.tasks.every("referral-retention", CHECK_INTERVAL, None, Retention(expiry));
}

struct Retention(Expiry);

impl Work for Retention {
    async fn run(&mut self) -> Result<Next, Failed> {
        self.0.run().await?;
        Ok(Next::Later)
    }
}
