//! Use case: notification has stored rings in its own database. This is the proof of delivery, and ends their redelivery [R3e].

use std::collections::{BTreeMap, HashSet};

use base::trace;
use messaging::outbox::{Columns, Fresh, Outgoing};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    app::App,
    change::{Change, changed},
};
use crate::{
    domain::alarm::concern::Audience,
    store::{
        self,
        alarm::delivered::{Advance, Arrival, Arriving, First, Recorded},
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

/// Tries of what meets changes of its concern; then the message is delivered again.
const MAX_TRIES: usize = 5;

/// Records the delivery of a ring; a second confirmation changes nothing. Its messages are published from memory after the commit.
///
/// # Errors
/// A statement failed.
pub async fn confirm(db: &mut PgConnection, app: &App, fresh: &mut Fresh, ring: Uuid, audience: Audience) -> base::Result<()> {
    confirm_all(db, app, fresh, &[Confirmed { ring, audience, traceparent: trace::current() }]).await
}

/// The same for several rings, in their order, with one read and one write. The write is complete by itself: it records the concerns that
/// stand as they were read, so that no lock is held between the two, and those that changed meanwhile are read again.
///
/// # Errors
/// A statement failed, or the concerns changed too often.
pub async fn confirm_all(db: &mut PgConnection, app: &App, fresh: &mut Fresh, confirmed: &[Confirmed]) -> base::Result<()> {
    let mut open: Vec<&Confirmed> = confirmed.iter().collect();
    for _ in 0..MAX_TRIES {
        let asked: Vec<(Uuid, Audience)> = open.iter().map(|confirmed| (confirmed.ring, confirmed.audience)).collect();
        let arriving = store::alarm::delivered::read(db, &asked).await?;
        // The leases of the facts begin before they are written, so their publishing is due that much earlier.
        let mut leased = Fresh::leased_from_now();
        let arrived = Arrived::of(app, &open, arriving);
        if arrived.rings.is_empty() {
            return Ok(());
        }
        let recorded = arrived.record(db).await?;
        arrived.publish(&mut leased, &recorded);
        fresh.append(leased);
        let missed: HashSet<Uuid> =
            arrived.rings.iter().filter(|(_, concern)| !recorded.concerns.contains(concern)).map(|(ring, _)| *ring).collect();
        if missed.is_empty() {
            return Ok(());
        }
        open.retain(|confirmed| missed.contains(&confirmed.ring));
    }
    Err(base::Error::Unavailable { what: "a concern that changes all the time" })
}

/// Deliveries as they are recorded.
struct Arrived {
    at: OffsetDateTime,
    /// Each ring with its concern.
    rings: Vec<(Uuid, Uuid)>,
    first: Vec<First>,
    /// A message for each of `first`.
    facts: Vec<Outgoing>,
    /// Revision of each concern as it was read, and after.
    revisions: BTreeMap<Uuid, (i64, i64)>,
}

impl Arrived {
    fn of(app: &App, confirmed: &[&Confirmed], arriving: Vec<Arriving>) -> Self {
        let at = app.clock.now();
        let mut arrived = Self { at, rings: Vec::new(), first: Vec::new(), facts: Vec::new(), revisions: BTreeMap::new() };
        let mut offices = HashSet::new();
        for Arriving { place, concern, state, revision, delivered, office } in arriving {
            let Some(Confirmed { ring, audience, traceparent }) = confirmed.get(place).filter(|_| !delivered) else { continue };
            arrived.rings.push((*ring, concern));
            let (_, newest) = arrived.revisions.entry(concern).or_insert((revision, revision));
            let Some(office) = office.filter(|office| !office.delivered) else { continue };
            if !offices.insert((concern, *audience, office.clone())) {
                continue;
            }
            *newest += 1;
            let (audience, level, revision) = (*audience, office.level, *newest);
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
            arrived.facts.push(changed(app, &change, at));
            arrived.first.push(First { concern, audience, office, revision, traceparent: traceparent.clone() });
        }
        arrived
    }

    async fn record(&self, db: &mut PgConnection) -> sqlx::Result<Recorded> {
        let revisions = self.revisions.iter();
        let concerns: Vec<Advance> =
            revisions.map(|(concern, (seen, revision))| Advance { concern: *concern, seen: *seen, revision: *revision }).collect();
        let arrival = Arrival { rings: &self.rings, concerns: &concerns, first: &self.first, facts: &Columns::of(&self.facts) };
        store::alarm::delivered::record(db, &arrival, (DELIVERED, ACTOR), self.at).await
    }

    /// Keeps the messages of what was recorded, to be published from memory.
    fn publish(&self, fresh: &mut Fresh, recorded: &Recorded) {
        for (first, fact) in self.first.iter().zip(&self.facts).filter(|(first, _)| recorded.concerns.contains(&first.concern)) {
            fresh.wrote_behind(fact, self.at, first.traceparent.clone(), &recorded.waiting);
        }
    }
}
