//! Use case: contact with participants of a case is stopped, or clear again. What waits for whoever is stopped is not sent [IM1c, L26-6].

use std::collections::BTreeSet;

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    app::App,
    domain::contact::stop::{Change, newest},
    store,
};

/// Keeps what is newest; a purged case is told of no more. It stands beside a do-not-contact mark, and lifts none.
///
/// # Errors
/// A statement failed.
pub async fn follow(tx: &mut PgConnection, app: &App, changes: &[Change]) -> sqlx::Result<()> {
    let cases: BTreeSet<Uuid> = changes.iter().map(|change| change.case.uuid()).collect();
    let cases: Vec<Uuid> = cases.into_iter().collect();
    let purged = store::purge::purged_among(tx, &cases).await?;
    let mut changes = newest(changes);
    changes.retain(|change| !purged.contains(&change.case.uuid()));
    if changes.is_empty() {
        return Ok(());
    }
    let withheld = store::contact::stop::keep(tx, &changes, app.clock.now()).await?;
    if withheld > 0 {
        tracing::info!(delivery.stopped = withheld, "what waited for participants is not sent: contact is stopped");
    }
    Ok(())
}
