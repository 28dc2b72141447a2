//! Background tasks of the gate: polling safety for open concerns, and pausing mediation whose mediator or consents have lapsed.

use std::time::Duration;

use chassis::{Result, refusal::store_error};
use proto::id::CaseId;
use tokio_util::sync::CancellationToken;

use super::{App, follow_concern, move_case};
use crate::{
    domain::stage,
    store::{gate, sealed::Unopened},
};

/// Poll interval of safety where no fact on the bus triggers a poll.
const ASK_INTERVAL: Duration = Duration::from_secs(5);
/// Shortest time between two polls, however many facts arrive.
const MIN_PAUSE: Duration = Duration::from_millis(250);
/// Interval of the check of mediation under way.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// Most cases in one pass.
const BATCH: i64 = 500;

/// Polls safety for open concerns until stopped.
///
/// # Errors
/// None: a failed poll is retried.
pub async fn follow_concerns(app: App, stop: CancellationToken) -> anyhow::Result<()> {
    let mut silent = false;
    loop {
        if let Err(error) = follow_concern::compare(&app).await {
            tracing::error!(error = %error, "the open concerns cannot be compared: this database does not answer");
        }
        let heard = app.concerns.is_heard(app.clock.now());
        match (silent, heard) {
            (false, false) => {
                tracing::error!("safety cannot be asked which concerns are open: nothing is released and no mediation begins")
            }
            (true, true) => tracing::info!("safety says again which concerns are open"),
            _ => {}
        }
        silent = !heard;
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(MIN_PAUSE) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = app.concerns.news() => {}
            () = tokio::time::sleep(ASK_INTERVAL) => {}
        }
    }
}

/// Checks mediation under way until stopped.
///
/// # Errors
/// None: a failed pass is retried.
pub async fn keep(app: App, stop: CancellationToken) -> anyhow::Result<()> {
    loop {
        if let Err(error) = look(&app).await {
            tracing::error!(error = store_error(&error), "mediation that has lost what it rests on could not be looked for");
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(CHECK_INTERVAL) => {}
        }
    }
}

/// One pass; returns how many cases were paused. A case that cannot be read does not keep the others from being checked.
///
/// # Errors
/// The database does not answer.
pub async fn look(app: &App) -> sqlx::Result<usize> {
    let at = app.clock.now();
    let mut tx = app.begin_itself().await?;
    let surely_since = app.consents.surely_since(at.date());
    let doubtful = gate::doubtful(&mut tx, move_case::MEDIATORS, surely_since, at, BATCH).await?;
    tx.commit().await?;
    let mut paused = 0;
    for case in doubtful {
        match uphold(app, case).await {
            Ok(stopped) => paused += usize::from(stopped),
            Err(error) => tracing::error!(case.id = %case, error = %error, "whether a mediation may go on cannot be decided: trying again"),
        }
    }
    Ok(paused)
}

async fn uphold(app: &App, case: CaseId) -> Result<bool> {
    let at = app.clock.now();
    let mut tx = app.begin_itself().await?;
    let Some(ground) = gate::lock(&mut tx, case, at).await? else { return Ok(false) };
    let facts = move_case::facts(&mut tx, app, &ground, Unopened::Marked, at).await?;
    let to = stage::upheld(&facts);
    move_case::apply(&mut tx, (&app.vault, &app.ids), case, ground.standing, to, "", move_case::BY_ITSELF, at).await?;
    tx.commit().await?;
    if to == ground.standing {
        return Ok(false);
    }
    app.outbox.wake();
    tracing::info!(case.id = %case, "what the mediation rested on has ended: the case is paused");
    Ok(true)
}
