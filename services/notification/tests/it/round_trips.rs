//! Database statements of one ring, and of many together, on their way into the inboxes, and the messages they leave in the outbox.

use std::path::Path;

use base::{
    Ids,
    database::{Actor, begin},
};
use harness::round_trips::{Done, Meter, hold};
use messaging::outbox::{Fresh, Wake};
use notification::{
    app::{
        App,
        ring::{
            deliver::{ReceivedRing, deliver},
            read::read,
        },
    },
    bus::Rings,
    domain::address::StaffDomains,
};
use proto::{
    safety::v1::{Audience, Grade},
    subject,
};

use tracing::Span;
use uuid::Uuid;

use crate::world::{World, hear, ring, world};

#[tokio::test]
async fn what_a_ring_asks_of_the_database_is_written_down() {
    let world = world().await;
    let meter = Meter::of(world.database()).await;
    let staff = StaffDomains::new(&["csc-scc.gc.ca".to_owned()]);
    let vault = harness::vault::vault("notification", &world.clock);
    let app = App::new(meter.pool.clone(), world.clock.clone(), Ids::seeded(7), Wake::default(), staff, vault);
    let handler = Rings { app: app.clone() };
    let done = |what, statements, messages| Done { what, statements, messages };
    let mut held = Vec::new();
    for (step, what) in
        [(0, "the first ring of a concern, for two people, comes by the bus"), (1, "a later ring for two people comes by the bus")]
    {
        let ring = ring(step, Audience::Nhq, Grade::Imminent, &[("rj-unit", "rj-officer-1"), ("nmc", "nmc-1")]);
        meter.take();
        hear(&meter.pool, &handler, subject::RING_DUE, &ring).await.unwrap();
        held.push(done(what, meter.take(), told(&world).await));
    }
    let rings = (0..32).map(|n| ring_of(n, Audience::Nhq)).chain((0..32).map(|n| ring_of(n, Audience::ResponsibleHead)));
    let rings: Vec<_> = rings.map(|ring| ReceivedRing { ring: read(ring).unwrap(), span: Span::none() }).collect();
    meter.take();
    let mut tx = begin(&meter.pool, &Actor::service("notification")).await.unwrap();
    deliver(&mut tx, &mut Fresh::default(), &app, &rings).await.unwrap();
    tx.commit().await.unwrap();
    let mut subjects = told(&world).await;
    subjects.dedup();
    held.push(done("both audiences of 32 concerns ring together", meter.take(), subjects));
    hold(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/round_trips.txt"), &held);
}

/// The first ring of a concern of its own.
fn ring_of(n: u128, audience: Audience) -> proto::safety::v1::Ring {
    let mut ring = ring(0, audience, Grade::Imminent, &[("rj-unit", "rj-officer-1")]);
    ring.concern_id = Uuid::from_u128(0x7000 + n).to_string();
    ring.ring_id = Uuid::from_u128(0x8000 + 4 * n + audience as u128).to_string();
    ring
}

/// Subjects of the messages that wait, which are then carried.
async fn told(world: &World) -> Vec<String> {
    let subjects = sqlx::query_scalar("select subject from outbox order by position").fetch_all(&world.admin).await.unwrap();
    sqlx::query("delete from outbox").execute(&world.admin).await.unwrap();
    subjects
}
