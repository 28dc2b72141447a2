//! Notification's own database holds a ring: the proof of delivery, and the end of sending it again [R3e].

use chassis::outbox;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Change, Tools, record};
use crate::{
    domain::concern::{Audience, AudienceStatus},
    store,
};

/// Notes the delivery of a ring; a second confirmation changes nothing.
///
/// # Errors
/// A statement failed.
pub async fn confirm(tx: &mut PgConnection, tools: &Tools, ring: Uuid, audience: Audience) -> sqlx::Result<()> {
    let now = tools.clock.now();
    let Some((concern, office)) = store::ring::of(tx, ring).await? else { return Ok(()) };
    // The concern before its rings and the outbox, as whoever accepts it holds them: in another order each could wait for the other.
    let held = store::concern::hold(tx, concern).await?;
    let Some(event) = store::ring::deliver(tx, ring, now).await? else { return Ok(()) };
    outbox::confirm(tx, event, now).await?;
    let Some(concern) = held else { return Ok(()) };
    let mut told = store::audience::of(tx, concern.id).await?;
    let rung = |status: &&mut AudienceStatus| status.audience == audience && office.as_ref().is_none_or(|office| *office == status.office);
    let Some(status) = told.iter_mut().find(rung) else { return Ok(()) };
    if status.delivered_at.is_some() {
        return Ok(());
    }
    status.delivered_at = Some(now);
    store::audience::put(tx, concern.id, status, None, now).await?;
    let revision = store::concern::advance(tx, concern.id, concern.state).await?;
    let change = Change {
        concern: concern.id,
        revision,
        state: concern.state,
        what: "delivered",
        audience: Some(audience),
        level: Some(status.level),
        graver: None,
        actor: "service:notification",
        device: None,
    };
    record(tx, tools, &change).await
}
