//! Work that runs by the clock: each with its name, its period and what wakes it.

use std::time::Duration;

use base::tasks::{Failed, Next, Tasks, Work};

use crate::app::{
    App,
    break_glass::{audit::enter_uses, remind::remind},
    concern::compare::compare,
    document::sweep::sweep,
    due::work::{FULL, work},
    entry::lapse::lapse,
    gate::{check::check, recheck::recheck_all},
};

/// Interval of the sweep for orphaned bytes in the object store.
const SWEEP_INTERVAL: Duration = Duration::from_secs(3_600);
/// Poll interval of safety where no fact on the bus triggers a poll.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// Shortest time between two polls of safety, however many facts arrive.
const MIN_POLL_PAUSE: Duration = Duration::from_millis(250);
/// Interval of the check of mediation under way.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// Interval of the recheck of what was released and not delivered; a delivery asks the gate itself.
const RECHECK_INTERVAL: Duration = Duration::from_secs(5);
/// Interval at which uses of break-glass are written to the audit log.
const ENTER_INTERVAL: Duration = Duration::from_secs(1);
/// Interval of the check for overdue reviews; supervisors are notified once a day.
const REMIND_INTERVAL: Duration = Duration::from_secs(10);
/// Interval of the worker of due things; each is taken once across all instances.
const DUE_INTERVAL: Duration = Duration::from_secs(5);
/// Interval of the check for entries whose time has passed; each lapses once.
const LAPSE_INTERVAL: Duration = Duration::from_secs(15);

/// Starts all of it.
pub fn start(tasks: &Tasks, app: &App) {
    let wake = Some(app.concerns.wakes());
    tasks.every("concern-poll", POLL_INTERVAL, wake, ConcernPoll { app: app.clone(), silent: false });
    let this = app.clone();
    tasks.every("gate-check", CHECK_INTERVAL, None, move || {
        let app = this.clone();
        async move { check(&app).await.map(drop) }
    });
    let this = app.clone();
    tasks.every("gate-recheck", RECHECK_INTERVAL, None, move || {
        let app = this.clone();
        async move { recheck_all(&app).await.map(drop) }
    });
    let this = app.clone();
    tasks.every("document-sweep", SWEEP_INTERVAL, None, move || {
        let app = this.clone();
        async move { sweep(&app).await.map(drop) }
    });
    let this = app.clone();
    tasks.every("break-glass-audit", ENTER_INTERVAL, None, move || {
        let app = this.clone();
        async move { enter_uses(&app).await.map(drop) }
    });
    let this = app.clone();
    tasks.every("break-glass-reminder", REMIND_INTERVAL, None, move || {
        let app = this.clone();
        async move { remind(&app).await.map(drop) }
    });
    let this = app.clone();
    tasks.every("entry-lapse", LAPSE_INTERVAL, None, move || {
        let app = this.clone();
        async move { lapse(&app).await.map(drop) }
    });
    tasks.every("due", DUE_INTERVAL, None, DueThings { app: app.clone(), planned: false });
}

/// Worker of due things. Its first pass plans anew what was planned by other days than those set now.
struct DueThings {
    app: App,
    planned: bool,
}

impl Work for DueThings {
    async fn run(&mut self) -> Result<Next, Failed> {
        let taken = work(&self.app, !self.planned).await?;
        self.planned = true;
        Ok(if taken < FULL { Next::Later } else { Next::AtOnce })
    }
}

/// Poll of safety for open concerns; its silence is logged when it begins and when it ends.
struct ConcernPoll {
    app: App,
    silent: bool,
}

impl Work for ConcernPoll {
    async fn run(&mut self) -> Result<Next, Failed> {
        let compared = compare(&self.app).await;
        let current = self.app.concerns.is_current(self.app.clock.now());
        match (self.silent, current) {
            (false, false) => {
                tracing::error!("safety cannot be asked which concerns are open: nothing is released and no mediation begins");
            }
            (true, true) => tracing::info!("safety says again which concerns are open"),
            _ => {}
        }
        self.silent = !current;
        // Part of the run, because facts may wake the next one at once.
        tokio::time::sleep(MIN_POLL_PAUSE).await;
        Ok(compared.map(Into::into)?)
    }
}
