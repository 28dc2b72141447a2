//! Check of mediation under way: it pauses where its mediator or a consent has lapsed.

use base::Result;
use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    app::{App, gate::facts, transition},
    domain::gate::conditions,
    store::{
        gate::{self, Ground},
        sealed::Unopened,
    },
};

/// Most cases in one pass.
const BATCH: i64 = 500;

/// One pass; returns how many cases were paused. A case that cannot be read does not keep the others from being checked.
///
/// # Errors
/// The database does not answer.
pub async fn check(app: &App) -> sqlx::Result<usize> {
    let at = app.clock.now();
    let mut tx = app.begin_itself().await?;
    let surely_since = app.consents.surely_since(at.date());
    let doubtful = gate::doubtful(&mut tx, facts::MEDIATORS, surely_since, at, BATCH).await?;
    tx.commit().await?;
    let mut paused = 0;
    for case in doubtful {
        match uphold_one(app, case).await {
            Ok(stopped) => paused += usize::from(stopped),
            Err(error) => tracing::error!(case.id = %case, error = %error, "whether a mediation may go on cannot be decided: trying again"),
        }
    }
    Ok(paused)
}

async fn uphold_one(app: &App, case: CaseId) -> Result<bool> {
    let at = app.clock.now();
    let mut tx = app.begin_itself().await?;
    let Some(ground) = gate::lock(&mut tx, case, at).await? else { return Ok(false) };
    let stopped = uphold(&mut tx, app, &ground, at).await?;
    tx.commit().await?;
    if stopped {
        app.outbox.wake();
    }
    Ok(stopped)
}

/// Pauses a locked case that has lost what it rests on; returns whether it did. Written with what took it away, in one transaction.
pub(crate) async fn uphold(tx: &mut PgConnection, app: &App, ground: &Ground, at: OffsetDateTime) -> Result<bool> {
    let facts = facts::read(tx, app, ground, Unopened::Marked, at).await?;
    let to = conditions::upheld(&facts);
    transition::apply(tx, (&app.vault, &app.ids), ground.id, ground.standing, to, "", transition::BY_ITSELF, at).await?;
    if to == ground.standing {
        return Ok(false);
    }
    tracing::info!(case.id = %ground.id, "what the mediation rested on has ended: the case is paused");
    Ok(true)
}
