//! Notification's own database holds a ring: the proof of delivery, and the end of sending it again [R3e].

use chassis::outbox;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Change, Tools, record};
use crate::{domain::concern::Audience, store};

/// Notes the delivery of a ring; a second confirmation changes nothing.
///
/// # Errors
/// A statement failed.
pub async fn confirm(tx: &mut PgConnection, tools: &Tools, ring: Uuid, audience: Audience) -> sqlx::Result<()> {
    let now = tools.clock.now();
    let Some(concern) = store::ring::concern_of(tx, ring).await? else { return Ok(()) };
    // The concern before its rings and the outbox, as whoever accepts it holds them: in another order each could wait for the other.
    let held = store::concern::hold(tx, concern).await?;
    let Some(event) = store::ring::deliver(tx, ring, now).await? else { return Ok(()) };
    outbox::confirm(tx, event, now).await?;
    let Some(concern) = held else { return Ok(()) };
    let mut audiences = store::concern::audiences(tx, concern.id).await?;
    let Some(status) = audiences.iter_mut().find(|a| a.audience == audience) else { return Ok(()) };
    if status.delivered_at.is_some() {
        return Ok(());
    }
    status.delivered_at = Some(now);
    store::concern::put_audience(tx, concern.id, status, None).await?;
    let revision = store::concern::advance(tx, concern.id, concern.state).await?;
    let change = Change {
        concern: concern.id,
        revision,
        state: concern.state,
        what: "delivered",
        audience: Some(audience),
        level: Some(status.level),
        actor: "service:notification",
        device: None,
    };
    record(tx, tools, &change).await
}
