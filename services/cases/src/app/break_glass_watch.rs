//! Background task of break-glass: writes its uses to the audit log, and reminds supervisors of overdue reviews once a day.

use std::time::Duration;

use chassis::{outbox, refusal::store_error};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{App, events};
use crate::store::break_glass::{self, Notice};

/// Interval at which uses of break-glass are written to the audit log.
const ENTER_INTERVAL: Duration = Duration::from_secs(1);
/// Interval of the check for overdue reviews; supervisors are notified once a day.
const REMIND_INTERVAL: Duration = Duration::from_secs(10);
/// Most entries written in one pass.
const BATCH: i64 = 500;

/// Runs until stopped.
///
/// # Errors
/// None: a failed pass is retried.
pub async fn keep(app: App, stop: CancellationToken) -> anyhow::Result<()> {
    let mut reminded: Option<Instant> = None;
    loop {
        if let Err(error) = enter_uses(&app).await {
            tracing::error!(error = store_error(&error), "what was done by break-glass waits to be entered into the audit log");
        }
        if reminded.is_none_or(|at| at.elapsed() >= REMIND_INTERVAL) {
            reminded = Some(Instant::now());
            if let Err(error) = remind(&app).await {
                tracing::error!(error = store_error(&error), "overdue reviews of break-glass could not be looked for");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(ENTER_INTERVAL) => {}
        }
    }
}

/// One pass: writes the stored uses to the audit log and returns how many.
///
/// # Errors
/// The log takes no entries; all uses stay stored.
pub async fn enter_uses(app: &App) -> sqlx::Result<usize> {
    let mut tx = app.begin_itself().await?;
    let entered = break_glass::enter_uses(&mut tx, BATCH, app.clock.now()).await?;
    tx.commit().await?;
    Ok(entered)
}

/// Notifies supervisors that reviews are overdue, at most once a day across all instances.
///
/// # Errors
/// The database failed.
pub async fn remind(app: &App) -> sqlx::Result<bool> {
    let at = app.clock.now();
    let mut tx = app.begin_itself().await?;
    let overdue = break_glass::overdue(&mut tx, at.date()).await?;
    let notice = app.ids.uuid();
    if overdue == 0 || !break_glass::tell_today(&mut tx, notice, Notice::ReviewDue, at.date()).await? {
        return Ok(false);
    }
    outbox::enqueue(&mut tx, &events::break_glass_review_due(&app.ids, notice, overdue, at), at).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(true)
}
