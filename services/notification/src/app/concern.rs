//! Use case: audiences accepted concerns, or these were closed. Mails that are still pending are not sent [R3e].

use sqlx::PgConnection;

use super::App;
use crate::{
    domain::{concern::Settlement, delivery::Reason},
    store,
};

/// Stops the mails of each audience that has accepted, or of both where the concern is closed; it is guarded until then. Inbox items stay:
/// they are the record.
///
/// # Errors
/// The statement failed.
pub async fn settle(tx: &mut PgConnection, app: &App, settlements: &[Settlement]) -> sqlx::Result<()> {
    if settlements.is_empty() {
        return Ok(());
    }
    for (concern, withheld) in store::concern::settle(tx, settlements, Reason::Accepted, app.clock.now()).await? {
        tracing::info!(concern.id = %concern, delivery.stopped = withheld, "mails of an accepted concern are not sent");
    }
    Ok(())
}
