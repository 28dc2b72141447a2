//! Work that runs by the clock: each with its name, its period and what wakes it.

mod mail;

use std::{sync::Arc, time::Duration};

use base::tasks::{Failed, Next, Work};
use proto::intake::v1::contact_service_client::ContactServiceClient;
use server::{Context, client::Peer};
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use crate::{
    app::{
        App, Calls,
        alarm_guard::{GuardedAlarm, Progress, check},
        contact::convert::convert,
        gateway, push,
    },
    channels::{gateway::Gateway, push::Pusher, smtp::Mailer},
    domain::push::Lane,
};

/// Interval at which this database and that of the alarm are compared.
const GUARD_INTERVAL: Duration = Duration::from_secs(5);
/// Poll interval for contacts that a former version stored.
const CONTACT_INTERVAL: Duration = Duration::from_secs(60);

/// Poll interval of calls that are due, and of reports that are awaited.
const CALL_INTERVAL: Duration = Duration::from_secs(2);
/// Time within which what was asked for is committed by this process.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(2);

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
    let [wake] = after_commits(ctx, app, "gateway-wake", &app.calls);
    let (app, gateway) = (app.clone(), Arc::new(gateway));
    ctx.tasks.every("gateway", CALL_INTERVAL, Some(wake), move || {
        let (app, gateway) = (app.clone(), gateway.clone());
        async move {
            let tried = gateway::call_due(&app, &gateway).await?;
            // A full pass may have left some.
            Ok::<_, sqlx::Error>(if tried >= gateway::BATCH { Next::AtOnce } else { Next::Later })
        }
    });
}

/// Sends push messages, in lanes of their own.
pub fn push(ctx: &Context, app: &App, pusher: &Pusher) {
    let wakes: [Arc<Notify>; Lane::ALL.len()] = after_commits(ctx, app, "push-wake", &app.pushes);
    for (lane, wake) in Lane::ALL.into_iter().zip(wakes) {
        let (app, pusher) = (app.clone(), pusher.clone());
        ctx.tasks.every(lane.name(), CALL_INTERVAL, Some(wake), move || {
            let (app, pusher) = (app.clone(), pusher.clone());
            async move {
                let tried = push::push_due(&app, &pusher, lane).await?;
                Ok::<_, sqlx::Error>(if tried >= push::BATCH { Next::AtOnce } else { Next::Later })
            }
        });
    }
}

/// Wakes for calls or pushes, which are asked for before their transaction is committed: at the asking, and for some time at each commit of
/// this process.
fn after_commits<const N: usize>(ctx: &Context, app: &App, name: &'static str, calls: &Calls) -> [Arc<Notify>; N] {
    let wakes: [Arc<Notify>; N] = std::array::from_fn(|_| Arc::default());
    let (notified, calls, mut committed, stop) = (wakes.clone(), calls.clone(), app.outbox.committed(), ctx.stop.clone());
    let notify = move || notified.iter().for_each(|wake| wake.notify_one());
    ctx.spawn(name, async move {
        while stop.run_until_cancelled(calls.asked()).await.is_some() {
            notify();
            let until = Instant::now() + COMMIT_TIMEOUT;
            while let Ok(Ok(())) = timeout_at(until, committed.changed()).await {
                notify();
            }
        }
        Ok(())
    });
    wakes
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
