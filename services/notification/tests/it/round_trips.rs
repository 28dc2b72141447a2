//! What a ring asks of the database on its way into the inboxes, statement by statement, and what it leaves for the bus.

use std::path::Path;

use chassis::{Ids, outbox::Wake};
use harness::round_trips::{Done, Meter, hold};
use notification::{app::App, bus::Rings, domain::address::StaffDomains};
use proto::{
    safety::v1::{Audience, Grade},
    subject,
};

use crate::world::{hear, ring, world};

#[tokio::test]
async fn what_a_ring_asks_of_the_database_is_written_down() {
    let world = world().await;
    let meter = Meter::of(world.database()).await;
    let staff = StaffDomains::new(&["csc-scc.gc.ca".to_owned()]);
    let vault = harness::vault::vault("notification", &world.clock);
    let app = App::new(meter.pool.clone(), world.clock.clone(), Ids::seeded(7), Wake::default(), staff, vault);
    let handler = Rings { app: app.clone() };
    let rung = async |step| {
        let ring = ring(step, Audience::Nhq, Grade::Imminent, &[("rj-unit", "rj-officer-1"), ("nmc", "nmc-1")]);
        meter.take();
        hear(&meter.pool, &handler, subject::RING_NHQ, &ring).await.unwrap();
        meter.take()
    };
    rung(0).await;
    let messages = sqlx::query_scalar("select subject from outbox order by position").fetch_all(&world.admin).await.unwrap();
    let done = Done { what: "a ring for two people comes by the bus", statements: rung(1).await, messages };
    hold(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/round_trips.txt"), &[done]);
}
