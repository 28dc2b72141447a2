//! Rings come, by the bus or by the second road: each stands in every recipient's inbox once, and safety is told so [R3e].

use std::collections::BTreeSet;

use chassis::{
    outbox::{self, Outgoing},
    wire::timestamp,
};
use proto::{notification::v1::RingDelivered, safety::v1 as wire, subject};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    App,
    post::{Letter, Mailing, post_all},
};
use crate::{
    domain::{
        guard,
        inbox::Alarm,
        ring::{Audience, Ring},
        template::Data,
    },
    store::{self, letters::Rung},
};

/// Delivers a ring in a transaction of its own; when this answers, it is stored.
///
/// # Errors
/// The database did not take it; nothing was stored.
pub async fn deliver_now(app: &App, ring: &Ring) -> chassis::Result<OffsetDateTime> {
    let mut tx = app.begin().await?;
    let now = app.clock.now();
    let taken = deliver(&mut tx, app, std::slice::from_ref(ring)).await?;
    // A ring that was taken before gets the answer of then.
    let delivered_at = if taken.contains(&ring.ring_id.uuid()) {
        now
    } else {
        store::ring::taken(&mut tx, &[ring.ring_id.uuid()]).await?.get(&ring.ring_id.uuid()).copied().unwrap_or(now)
    };
    tx.commit().await?;
    app.outbox.wake();
    app.mail.wake();
    Ok(delivered_at)
}

/// Delivers rings in the caller's transaction; those that were not taken before. One that was changes nothing, and is not told again.
///
/// # Errors
/// A statement failed; the caller's transaction with it.
pub async fn deliver(tx: &mut PgConnection, app: &App, rings: &[Ring]) -> sqlx::Result<BTreeSet<Uuid>> {
    let now = app.clock.now();
    let data: Vec<Data> = rings.iter().map(data).collect();
    let taken = post_all(tx, app, rings.iter().zip(&data).map(|(ring, data)| mailing(ring, data, now)).collect()).await?;
    let mut told = BTreeSet::new();
    let first = rings.iter().filter(|ring| taken.contains(&ring.ring_id.uuid()) && told.insert(ring.ring_id.uuid()));
    let first: Vec<&Ring> = first.collect();
    let outgoing: Vec<Outgoing> = first.iter().map(|ring| delivered(app, ring, now)).collect();
    if !outgoing.is_empty() {
        outbox::enqueue_all(tx, &outgoing, now).await?;
    }
    for ring in first {
        tracing::info!(
            ring.id = %ring.ring_id,
            concern.id = %ring.concern_id,
            ring.audience = ring.audience.code(),
            ring.step = ring.step,
            ring.inboxes = ring.recipients().len(),
            "ring delivered"
        );
    }
    Ok(taken)
}

fn data(ring: &Ring) -> Data {
    Data { reference: ring.reference.clone(), urgency: Some(ring.urgency), bulletin: ring.bulletin.clone(), ..Data::default() }
}

/// The ring and a letter to each of its recipients.
fn mailing<'a>(ring: &'a Ring, data: &'a Data, now: OffsetDateTime) -> Mailing<'a> {
    let next_ring_by = ring.next_ring_by.map(|promised| guard::due(promised, ring.rung_at, now));
    let letter = |recipient| Letter {
        template: ring.template(&recipient),
        recipient,
        about: ring.concern_id.uuid(),
        data,
        alarm: Some(Alarm { audience: ring.audience, urgency: ring.urgency, envelope: ring.envelope.clone() }),
        again: false,
    };
    Mailing { ring: Some(Rung { ring, next_ring_by }), letters: ring.recipients().into_iter().map(letter).collect() }
}

/// That the ring stands in the inboxes.
fn delivered(app: &App, ring: &Ring, now: OffsetDateTime) -> Outgoing {
    let told = RingDelivered {
        ring_id: ring.ring_id.to_string(),
        concern_id: ring.concern_id.to_string(),
        audience: match ring.audience {
            Audience::Nhq => wire::Audience::Nhq.into(),
            Audience::Head => wire::Audience::ResponsibleHead.into(),
        },
        delivered_at: Some(timestamp(now)),
    };
    Outgoing::event(&app.ids, ring.concern_id.uuid(), subject::RING_DELIVERED, &told).urgent()
}
