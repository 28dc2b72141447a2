//! Watches over break-glass: enters what was done under it into the audit log, and reminds supervisors of overdue reviews once a day.

use std::time::Duration;

use chassis::{outbox, refusal::store_error};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{App, events};
use crate::store::break_glass::{self, Notice};

/// How often what was done by break-glass is entered.
const ENTER_INTERVAL: Duration = Duration::from_secs(1);
/// How often overdue reviews are looked for, of which supervisors are told once a day.
const REMIND_INTERVAL: Duration = Duration::from_secs(10);
/// Entries of one pass at most.
const BATCH: i64 = 500;

/// Looks until stopped.
///
/// # Errors
/// None: what fails is tried again.
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

/// One pass: what is kept goes into the audit log, if that takes it; how many entries that were.
///
/// # Errors
/// The log takes nothing; everything stays kept.
pub async fn enter_uses(app: &App) -> sqlx::Result<usize> {
    let mut tx = app.begin_itself().await?;
    let entered = break_glass::enter_uses(&mut tx, BATCH, app.clock.now()).await?;
    tx.commit().await?;
    Ok(entered)
}

/// Tells supervisors that reviews are overdue, at most once a day, whichever instance looks first.
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
