//! Work that runs by the clock: each with its name, its period and what wakes it.

mod mail;

use std::time::Duration;

use base::tasks::{Failed, Next, Work};
use server::Context;

use crate::{
    app::{
        App,
        alarm_watch::{self, Alarmed, Watch},
    },
    channels::smtp::Mailer,
};

/// Interval at which this database and that of the alarm are compared.
const GUARD_INTERVAL: Duration = Duration::from_secs(5);
/// Poll interval for contacts that a former version stored.
pub const CONTACT_INTERVAL: Duration = Duration::from_secs(60);

/// Starts all of it.
pub fn start(ctx: &Context, app: &App, alarm: Alarmed, mailer: Option<Mailer>) {
    let watch = Watch::from(app.clock.now());
    ctx.tasks.every_delayed("alarm-guard", GUARD_INTERVAL, None, AlarmGuard { app: app.clone(), alarm, watch });
    ctx.spawn("mail", mail::run(app.clone(), mailer, ctx.stop.clone()));
}

/// Guard of the alarm. What was missed while this process was away is not missed at its start: the alarm rings again by itself.
struct AlarmGuard {
    app: App,
    alarm: Alarmed,
    watch: Watch,
}

impl Work for AlarmGuard {
    async fn run(&mut self) -> Result<Next, Failed> {
        alarm_watch::check(&self.app, &mut self.alarm, &mut self.watch).await?;
        Ok(Next::Later)
    }
}
