//! Use case: an audience accepted a concern, or it was closed. Mails that are still pending are not sent [R3e].

use proto::id::ConcernId;
use sqlx::PgConnection;

use super::App;
use crate::{
    domain::{concern::Audience, delivery::Reason},
    store,
};

/// Stops the mails of one audience, or of both where the concern is closed; it is guarded until then. Inbox items stay: they are the
/// record.
///
/// # Errors
/// A statement failed.
pub async fn settle(tx: &mut PgConnection, app: &App, concern: ConcernId, audience: Option<Audience>) -> sqlx::Result<()> {
    store::concern::settle(tx, concern, audience, app.clock.now()).await?;
    let stopped = store::concern::withhold(tx, concern.uuid(), audience, Reason::Accepted, app.clock.now()).await?;
    if stopped > 0 {
        tracing::info!(concern.id = %concern, delivery.stopped = stopped, "mails of an accepted concern are not sent");
    }
    Ok(())
}
