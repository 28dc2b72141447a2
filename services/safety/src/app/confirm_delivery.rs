//! Notification's own database holds a ring: the proof of delivery, and the end of sending it again [R3e].

use chassis::outbox;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Change, Tools, changed};
use crate::{
    domain::concern::Audience,
    store::{self, ring::Delivered},
};

const ACTOR: &str = "service:notification";

/// Notes the delivery of a ring; a second confirmation changes nothing.
///
/// # Errors
/// A statement failed.
pub async fn confirm(tx: &mut PgConnection, tools: &Tools, ring: Uuid, audience: Audience) -> sqlx::Result<()> {
    let now = tools.clock.now();
    // The concern before its rings and the outbox, as whoever accepts it holds them: in another order each could wait for the other.
    let Some(arriving) = store::ring::hold_arriving(tx, ring, audience).await? else { return Ok(()) };
    if arriving.delivered {
        return Ok(());
    }
    let Some(office) = arriving.office.filter(|office| !office.delivered) else {
        if let Some(event) = store::ring::deliver(tx, ring, now).await? {
            outbox::confirm(tx, event, now).await?;
        }
        return Ok(());
    };
    let change = Change {
        concern: arriving.concern,
        revision: arriving.revision + 1,
        state: arriving.state,
        what: "delivered",
        audience: Some(audience),
        level: Some(office.level),
        graver: None,
        actor: ACTOR,
        device: None,
    };
    let event = changed(tools, &change, now);
    let delivered =
        Delivered { ring, audience, office: &office, revision: change.revision, what: change.what, actor: ACTOR, event: &event };
    store::ring::deliver_first(tx, &delivered, now).await
}
