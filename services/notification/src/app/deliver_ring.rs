//! A ring comes, by the bus or by the second road: it stands in every recipient's inbox once, and safety is told so [R3e].

use chassis::{
    outbox::{self, Outgoing},
    wire::timestamp,
};
use proto::{notification::v1::RingDelivered, safety::v1 as wire, subject};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{
    App,
    post::{Letter, post},
};
use crate::{
    domain::{
        guard,
        inbox::Alarm,
        ring::{Audience, Ring},
        template::Data,
    },
    store,
};

/// Delivers a ring in a transaction of its own; when this answers, it is stored.
///
/// # Errors
/// The database did not take it; nothing was stored.
pub async fn deliver_now(app: &App, ring: &Ring) -> chassis::Result<OffsetDateTime> {
    let mut tx = app.begin().await?;
    let delivered_at = deliver(&mut tx, app, ring).await?;
    tx.commit().await?;
    app.outbox.wake();
    app.mail.wake();
    Ok(delivered_at)
}

/// Delivers a ring in the caller's transaction. A ring that was taken before changes nothing and gets the same answer.
///
/// # Errors
/// A statement failed; the caller's transaction with it.
pub async fn deliver(tx: &mut PgConnection, app: &App, ring: &Ring) -> sqlx::Result<OffsetDateTime> {
    let now = app.clock.now();
    if let Some(before) = store::ring::take(tx, ring, now).await? {
        return Ok(before);
    }
    let next_ring_by = ring.next_ring_by.map(|promised| guard::due(promised, ring.rung_at, now));
    store::guard::hold(tx, ring, next_ring_by, now).await?;
    let data = Data { reference: ring.reference.clone(), urgency: Some(ring.urgency), bulletin: ring.bulletin.clone(), ..Data::default() };
    let recipients = ring.recipients();
    let inboxes = recipients.len();
    for recipient in recipients {
        let alarm = Alarm { audience: ring.audience, urgency: ring.urgency, envelope: ring.envelope.clone() };
        let letter =
            Letter { template: ring.template(&recipient), about: ring.concern_id.uuid(), data: &data, alarm: Some(alarm), again: false };
        post(tx, app, recipient, letter).await?;
    }
    let told = RingDelivered {
        ring_id: ring.ring_id.to_string(),
        concern_id: ring.concern_id.to_string(),
        audience: match ring.audience {
            Audience::Nhq => wire::Audience::Nhq.into(),
            Audience::Head => wire::Audience::ResponsibleHead.into(),
        },
        delivered_at: Some(timestamp(now)),
    };
    outbox::enqueue(tx, &Outgoing::event(&app.ids, ring.concern_id.uuid(), subject::RING_DELIVERED, &told).urgent(), now).await?;
    tracing::info!(
        ring.id = %ring.ring_id,
        concern.id = %ring.concern_id,
        ring.audience = ring.audience.code(),
        ring.step = ring.step,
        ring.inboxes = inboxes,
        "ring delivered"
    );
    Ok(now)
}
