//! Rings and facts from a real bus: each is notified once, and a bad one is quarantined alone.

use std::time::Duration;

use async_nats::{HeaderMap, jetstream};
use base::Ids;
use clap::Parser;
use futures::{StreamExt, stream};
use harness::{bus::TestBus, wait::eventually};
use notification::bus::Rings;
use prost::Message;
use proto::{
    intake::v1::{Origin, ReferralReceived},
    safety::v1::{Audience, Grade},
    subject::{NOTIFICATION_FACTS, NOTIFICATION_RINGS, REFERRALS_RECEIVED, RING_DUE},
};
use server::{Context, Process};
use uuid::Uuid;

use crate::{
    fact::facts,
    world::{START, World, event_of, ring, world},
};

const SOON: Duration = Duration::from_secs(60);

#[derive(Parser)]
struct Config {
    #[command(flatten)]
    server: server::Settings,
}

/// Messages that wait on the bus before anybody hears them.
async fn waiting(bus: &TestBus, subject: &'static str, bodies: Vec<Vec<u8>>) {
    let jetstream = jetstream::new(bus.operator().await);
    let published = stream::iter(bodies).map(|body| {
        let jetstream = jetstream.clone();
        async move {
            let mut headers = HeaderMap::new();
            headers.insert("ce-id", Uuid::from_u128(u128::from(number_of(&body))).to_string().as_str());
            jetstream.publish_with_headers(subject, headers, body.into()).await.unwrap().await.unwrap();
        }
    });
    published.buffer_unordered(256).collect::<Vec<()>>().await;
}

/// A number for each body: the same body, the same number.
fn number_of(body: &[u8]) -> u64 {
    body.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

async fn process(world: &World, bus: &TestBus) -> Context {
    let settings = Config::parse_from(["notification"]).server;
    let process = Process::new(proto::PROGRAMME, "notification", settings, world.clock.clone(), Ids::seeded(1));
    Context::assemble(process, world.app.pool.clone(), bus.connect("notification").await)
}

async fn counts(world: &World, sql: &'static str, expected: i64) {
    eventually(sql, SOON, async || match world.count(sql).await {
        found if found == expected => Ok(()),
        found => Err(format!("{found} of {expected}")),
    })
    .await;
}

#[tokio::test]
async fn rings_that_wait_on_the_bus_stand_once_each_and_a_bad_one_is_set_aside() {
    let (world, bus) = (world().await, TestBus::start().await);
    let of = |n: u128| {
        let mut ring = ring(0, Audience::Nhq, Grade::Imminent, &[("rj-unit", "rj-officer-1")]);
        ring.concern_id = Uuid::from_u128(0x7000 + n % 40).to_string();
        ring.ring_id = Uuid::from_u128(0x8000 + n).to_string();
        ring.encode_to_vec()
    };
    let mut bodies: Vec<Vec<u8>> = (0..100).map(of).collect();
    bodies.extend([of(7), b"no ring".to_vec()]);
    waiting(&bus, RING_DUE, bodies).await;
    let rings = NOTIFICATION_RINGS;
    process(&world, &bus).await.consume(rings, Rings { app: world.app.clone() });
    counts(&world, "select count(*) from ring", 100).await;
    counts(&world, "select count(*) from quarantine", 1).await;
    counts(&world, "select count(*) from outbox", 100).await;
    counts(&world, "select sum(ring_count) from inbox_item where recipient = 'rj-officer-1'", 100).await;
    counts(&world, "select count(*) from inbox_item where recipient = 'rj-officer-1'", 40).await;
}

/// Facts of `referrals` received, of which `alone` are of no import and the rest of one; how many are applied each second.
async fn told(referrals: u32, alone: u32) -> f64 {
    let (world, bus) = (world().await, TestBus::start().await);
    let fact = |n: u32| ReferralReceived {
        referral_id: Uuid::from_u128(u128::from(n) + 1).to_string(),
        counted_origin: Origin::Victim.into(),
        site: "mission".into(),
        received_at: Some(base::wire::timestamp(START)),
        import_id: if n < alone { String::new() } else { Uuid::from_u128(0xa).to_string() },
        ..ReferralReceived::default()
    };
    waiting(&bus, REFERRALS_RECEIVED, (0..referrals).map(|n| event_of(&fact(n)).encode_to_vec()).collect()).await;
    let begun = tokio::time::Instant::now();
    let heard = NOTIFICATION_FACTS;
    process(&world, &bus).await.consume(heard, facts(&world, "http://127.0.0.1:1"));
    counts(&world, "select coalesce(sum(referrals), 0) from import_told", i64::from(referrals - alone)).await;
    let imports = i64::from(referrals > alone);
    counts(&world, "select count(*) from inbox_item", i64::from(alone) + imports).await;
    let took = begun.elapsed().as_secs_f64();
    counts(&world, "select coalesce(sum(things), 0) from inbox_item where template = 'referral-import'", i64::from(referrals - alone))
        .await;
    f64::from(referrals) / took
}

/// Number of facts: `RO_FACTS=10000 cargo test -p notification --test it -- that_wait_on_the_bus --nocapture` measures with as many.
fn number_of_facts() -> u32 {
    std::env::var_os("RO_FACTS").map_or(1_000, |facts| facts.to_str().unwrap().parse().unwrap())
}

#[tokio::test]
async fn an_import_that_waits_on_the_bus_is_told_once_with_every_referral_of_it() {
    println!("{:.0} facts of one import a second", told(number_of_facts(), 10).await);
}

#[tokio::test]
async fn referrals_that_wait_on_the_bus_are_each_told_once() {
    let facts = number_of_facts();
    println!("{:.0} facts a second, each with a notice of its own", told(facts, facts).await);
}
