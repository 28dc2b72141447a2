//! Watches over what cases rest on: the concerns that are open at safety, and mediation whose mediator or consents have run out.

use std::time::Duration;

use chassis::{Result, refusal::store_error};
use proto::id::CaseId;
use tokio_util::sync::CancellationToken;

use super::{App, follow_concern, move_case};
use crate::{
    domain::stage,
    store::{gate, sealed::Unopened},
};

/// How often safety is asked where nothing on the bus says that something changed.
const ASK_INTERVAL: Duration = Duration::from_secs(5);
/// The pause between two questions, however much happens.
const MIN_PAUSE: Duration = Duration::from_millis(250);
/// How often mediation that is under way is looked at.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// Cases of one look at most.
const BATCH: i64 = 500;

/// Follows the open concerns until stopped.
///
/// # Errors
/// None: what fails is tried again.
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

/// Looks at mediation that is under way until stopped.
///
/// # Errors
/// None: what fails is tried again.
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

/// One look: how many cases were paused. One that cannot be read keeps no other from being looked at.
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
