//! Work that runs by the clock: each with its name, its period and what wakes it.

mod mail;

use std::{sync::Arc, time::Duration};

use base::tasks::{Failed, Next, Work};
use proto::intake::v1::contact_service_client::ContactServiceClient;
use server::{Context, client::Peer};

use crate::{
    app::{
        App,
        alarm_guard::{GuardedAlarm, Progress, check},
        contact::convert::convert,
        gateway,
    },
    channels::{gateway::Gateway, smtp::Mailer},
};

/// Interval at which this database and that of the alarm are compared.
const GUARD_INTERVAL: Duration = Duration::from_secs(5);
/// Poll interval for contacts that a former version stored.
const CONTACT_INTERVAL: Duration = Duration::from_secs(60);

/// Poll interval of calls that are due: a call is asked for before its transaction is committed.
const CALL_INTERVAL: Duration = Duration::from_millis(500);

/// Starts all of it.
pub fn start(ctx: &Context, app: &App, alarm: GuardedAlarm, intake: &ContactServiceClient<Peer>, mailer: Option<Mailer>) {
    let progress = Progress::from(app.clock.now());
    ctx.tasks.every_delayed("alarm-guard", GUARD_INTERVAL, None, AlarmGuard { app: app.clone(), alarm, progress });
    let (this, intake) = (app.clone(), intake.clone());
    ctx.tasks.every("contact-form", CONTACT_INTERVAL, None, move || {
        let (app, intake) = (this.clone(), intake.clone());
        async move { convert(&app, &intake).await.map(drop) }
    });
    ctx.spawn("mail", mail::run(app.clone(), mailer, ctx.stop.clone()));
}

/// Calls duty desks by the gateway, and asks what came of each call.
pub fn call(ctx: &Context, app: &App, gateway: Gateway) {
    let (wake, app) = (app.calls.wakes(), app.clone());
    let gateway = Arc::new(gateway);
    ctx.tasks.every("gateway", CALL_INTERVAL, wake, move || {
        let (app, gateway) = (app.clone(), gateway.clone());
        async move {
            let tried = gateway::call_due(&app, &gateway).await?;
            // A full pass may have left some.
            Ok::<_, sqlx::Error>(if tried >= gateway::BATCH { Next::AtOnce } else { Next::Later })
        }
    });
}

/// Guard of the alarm. What was missed while this process was away is not missed at its start: the alarm rings again by itself.
struct AlarmGuard {
    app: App,
    alarm: GuardedAlarm,
    progress: Progress,
}

impl Work for AlarmGuard {
    async fn run(&mut self) -> Result<Next, Failed> {
        check(&self.app, &mut self.alarm, &mut self.progress).await?;
        Ok(Next::Later)
    }
}
