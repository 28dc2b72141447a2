//! Use case: notification has stored rings in its own database. This is the proof of delivery, and ends their redelivery [R3e].

use std::collections::{HashMap, HashSet};

use base::trace;
use messaging::outbox::Columns;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    app::App,
    change::{Change, changed},
};
use crate::{
    domain::alarm::concern::Audience,
    store::{
        self,
        alarm::delivered::{Arriving, First},
    },
};

const ACTOR: &str = "service:notification";
/// Timeline entry of an office whose ring was delivered.
const DELIVERED: &str = "delivered";

/// Ring that notification reports as stored.
pub struct Confirmed {
    pub ring: Uuid,
    pub audience: Audience,
    /// Trace of the message that reported it.
    pub traceparent: Option<String>,
}

/// Records the delivery of a ring; a second confirmation changes nothing.
///
/// # Errors
/// A statement failed.
pub async fn confirm(tx: &mut PgConnection, app: &App, ring: Uuid, audience: Audience) -> sqlx::Result<()> {
    confirm_all(tx, app, &[Confirmed { ring, audience, traceparent: trace::current() }]).await
}

/// The same for several rings, in their order, with one read and one write.
///
/// # Errors
/// A statement failed.
pub async fn confirm_all(tx: &mut PgConnection, app: &App, confirmed: &[Confirmed]) -> sqlx::Result<()> {
    let now = app.clock.now();
    // The concerns before their rings and the outbox, in the lock order of an acceptance: in another order each could wait for the other.
    let asked: Vec<(Uuid, Audience)> = confirmed.iter().map(|confirmed| (confirmed.ring, confirmed.audience)).collect();
    let arriving = store::alarm::delivered::hold(tx, &asked).await?;
    let (mut rings, mut first, mut told) = (Vec::new(), Vec::new(), Vec::new());
    let (mut revisions, mut offices) = (HashMap::new(), HashSet::new());
    for Arriving { place, concern, state, revision, delivered, office } in arriving {
        let Some(Confirmed { ring, audience, traceparent }) = confirmed.get(place).filter(|_| !delivered) else { continue };
        rings.push(*ring);
        let Some(office) = office.filter(|office| !office.delivered) else { continue };
        if !offices.insert((concern, *audience, office.clone())) {
            continue;
        }
        let revision = *revisions.entry(concern).and_modify(|newest| *newest += 1).or_insert(revision + 1);
        let (audience, level) = (*audience, office.level);
        let change = Change {
            concern,
            revision,
            state,
            what: DELIVERED,
            audience: Some(audience),
            level: Some(level),
            graver: None,
            actor: ACTOR,
            device: None,
        };
        told.push(changed(app, &change, now));
        first.push(First { concern, audience, office, revision, traceparent: traceparent.clone() });
    }
    if rings.is_empty() {
        return Ok(());
    }
    store::alarm::delivered::note(tx, &rings, (&first, &Columns::of(&told)), (DELIVERED, ACTOR), now).await
}
