//! Use case: a channel failed. Where no other of the same ring can be expected to reach anybody, safety is told, and its ladder climbs at
//! once [R3e].

use messaging::outbox::{Outgoing, enqueue};
use proto::{notification::v1::RingUnreached, subject};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    app::App,
    domain::delivery::{State, TRIES, Verdict},
    store,
};

/// Looks after the other channels of what this delivery is of, where it failed, or was tried in vain some times.
///
/// # Errors
/// A statement failed; the caller's transaction with it.
pub(in crate::app) async fn look(tx: &mut PgConnection, app: &App, delivery: Uuid, verdict: Verdict, attempts: i32) -> sqlx::Result<()> {
    let failed = verdict.state == State::Failed || (verdict.state == State::Retrying && attempts >= TRIES);
    if !failed {
        return Ok(());
    }
    let now = app.clock.now();
    let Some(ring) = store::ring::newest_of(tx, delivery).await? else { return Ok(()) };
    if !store::ring::mark_unreached(tx, ring, now).await? {
        return Ok(());
    }
    let told = RingUnreached { ring_id: ring.to_string() };
    enqueue(tx, &Outgoing::event(&app.ids, ring, subject::RING_UNREACHED, &told).urgent(), now).await?;
    tracing::error!(ring.id = %ring, "nothing that was to leave for a ring reached anybody: its ladder is to climb at once");
    app.outbox.wake();
    Ok(())
}
