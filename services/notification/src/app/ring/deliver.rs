//! Use case: a ring arrives, by the bus or by direct delivery. It is stored in every recipient's inbox once, and reported to safety [R3e].

use std::collections::BTreeSet;

use base::{trace, wire::timestamp};
use messaging::outbox::{Fresh, Outgoing};
use proto::{notification::v1::RingDelivered, safety::v1 as wire, subject};
use sqlx::PgConnection;
use time::OffsetDateTime;
use tracing::Span;
use uuid::Uuid;

use crate::{
    app::{
        App,
        letter::{Letter, Mailing, write_mailings},
    },
    domain::{alarm_guard, concern::Audience, inbox::Alarm, ring::Ring, template::Data},
    store::{self, letter::Rung},
};

/// Received ring, and its trace.
pub struct ReceivedRing {
    pub ring: Ring,
    pub span: Span,
}

/// Delivers a ring in a transaction of its own; when this returns, it is stored.
///
/// # Errors
/// The database refused it; nothing was stored.
pub async fn deliver_now(app: &App, ring: Ring) -> base::Result<OffsetDateTime> {
    let mut tx = app.begin().await?;
    let (id, now, mut fresh) = (ring.ring_id.uuid(), app.clock.now(), Fresh::default());
    let taken = deliver(&mut tx, &mut fresh, app, &[ReceivedRing { ring, span: Span::current() }]).await?;
    // A ring that was stored before gets the same answer again.
    let delivered_at = if taken.contains(&id) { now } else { store::ring::taken_at(&mut tx, id).await?.unwrap_or(now) };
    tx.commit().await?;
    app.outbox.publish(fresh);
    Ok(delivered_at)
}

/// Delivers rings in the caller's transaction; returns those that were not stored before. A repetition changes nothing, and is not answered
/// again.
///
/// # Errors
/// A statement failed; the caller's transaction with it.
pub async fn deliver(tx: &mut PgConnection, fresh: &mut Fresh, app: &App, came: &[ReceivedRing]) -> sqlx::Result<BTreeSet<Uuid>> {
    // The leases of the answers begin before they are written.
    let (now, mut leased) = (app.clock.now(), Fresh::leased_from_now());
    let told: Vec<(Data, Outgoing)> = came.iter().map(|came| (data(&came.ring), answer(app, &came.ring, now))).collect();
    let mailings = came.iter().zip(&told).map(|(came, (data, answer))| mailing(came, data, answer, now));
    let taken = write_mailings(tx, app, mailings.collect()).await?;
    let mut once = BTreeSet::new();
    for (ReceivedRing { ring, span }, (_, answer)) in came.iter().zip(&told) {
        // Of a ring that came twice in a set, the first was stored.
        if taken.contains(&ring.ring_id.uuid()) && once.insert(ring.ring_id) {
            span.in_scope(|| note(&mut leased, ring, answer, now));
        }
    }
    fresh.append(leased);
    Ok(taken)
}

/// Queues the answer for publishing, and logs that the ring was delivered.
fn note(fresh: &mut Fresh, ring: &Ring, answer: &Outgoing, now: OffsetDateTime) {
    fresh.wrote(std::slice::from_ref(answer), now);
    tracing::info!(
        ring.id = %ring.ring_id,
        concern.id = %ring.concern_id,
        ring.audience = ring.audience.code(),
        ring.step = ring.step,
        ring.inboxes = ring.recipients().len(),
        "ring delivered"
    );
}

fn data(ring: &Ring) -> Data {
    Data { reference: ring.reference.clone(), grade: Some(ring.grade), bulletin: ring.bulletin.clone(), ..Data::default() }
}

/// Ring with a letter to each of its recipients.
fn mailing<'a>(ReceivedRing { ring, span }: &'a ReceivedRing, data: &'a Data, answer: &'a Outgoing, now: OffsetDateTime) -> Mailing<'a> {
    let next_ring_by = ring.next_ring_by.map(|promised| alarm_guard::due(promised, ring.rung_at, now));
    let letter = |recipient| Letter {
        template: ring.template(&recipient),
        recipient,
        about: ring.concern_id.uuid(),
        data,
        alarm: Some(Alarm { audience: ring.audience, grade: ring.grade, envelope: ring.envelope.clone() }),
        step: Some(ring.step),
        again: false,
    };
    Mailing {
        ring: Some(Rung { ring, next_ring_by, answer, traceparent: trace::of(span) }),
        letters: ring.recipients().into_iter().map(letter).collect(),
    }
}

/// Confirmation that the ring stands in the inboxes. Rings need no order among each other, so each is a message of its own aggregate: it
/// waits behind no other.
fn answer(app: &App, ring: &Ring, now: OffsetDateTime) -> Outgoing {
    let told = RingDelivered {
        ring_id: ring.ring_id.to_string(),
        concern_id: ring.concern_id.to_string(),
        audience: match ring.audience {
            Audience::Nhq => wire::Audience::Nhq.into(),
            Audience::ResponsibleHead => wire::Audience::ResponsibleHead.into(),
        },
        delivered_at: Some(timestamp(now)),
    };
    Outgoing::event(&app.ids, ring.ring_id.uuid(), subject::RING_DELIVERED, &told).urgent().batched()
}
