//! Publishing from memory after a commit: sooner than the relay, and with the same guarantees.

use std::time::Duration;

use base::database::{Actor, begin};
use harness::wait::eventually;
use messaging::{
    bus::Bus,
    outbox::{Fresh, Outgoing, enqueue_fresh},
};
use proto::subject::REFERRAL_SCREENED;
use server::Context;
use uuid::Uuid;

use crate::{
    carrying::{all_is_carried, slow},
    hearing::{Hear, Writes},
    world::{SOON, World},
};

const LEASE: time::Duration = messaging::outbox::LEASE;

fn message(teller: &Context, case: u128, body: impl Into<Vec<u8>>) -> Outgoing {
    Outgoing {
        id: teller.ids.uuid(),
        aggregate: Uuid::from_u128(case),
        subject: REFERRAL_SCREENED.to_owned(),
        body: body.into(),
        in_clear: None,
        confirm: false,
        urgent: false,
        sealed: false,
        batched: false,
    }
}

/// Commits messages of one aggregate, and keeps them in memory.
async fn commit(teller: &Context, case: u128, bodies: &[&str]) -> Fresh {
    let list: Vec<Outgoing> = bodies.iter().map(|body| message(teller, case, *body)).collect();
    let (mut fresh, mut tx) = (Fresh::default(), begin(&teller.pool, &Actor::service("intake")).await.unwrap());
    enqueue_fresh(&mut tx, &mut fresh, &list, teller.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    fresh
}

/// Another instance of the teller over the same database.
fn another(world: &World) -> Context {
    Context::assemble(world.teller.process.clone(), world.teller.pool.clone(), world.teller.bus.clone())
}

#[tokio::test]
async fn what_was_committed_is_published_from_memory_and_noted_as_carried() {
    let world = World::new().await;
    world.hearer.hear_screenings(Writes::default());
    world.teller.publish_outbox();
    // The clock stands still: as long as the lease lasts, and it does, no relay takes them.
    let fresh = commit(&world.teller, 1, &["one", "two", "three"]).await;
    assert_eq!(fresh.len(), 3);
    world.teller.outbox.publish(fresh);
    assert_eq!(world.hears(3).await, ["one", "two", "three"]);
    all_is_carried(&world).await;
    let noted = "select count(*) from outbox where attempt = 1 and copies = 1 and stream is not null and stream_sequence is not null";
    assert_eq!(world.count(&world.teller, noted).await, 3);
}

#[tokio::test]
async fn after_a_crash_between_commit_and_publish_the_relay_carries_all_when_the_lease_ends() {
    let world = World::new().await;
    world.hearer.hear_screenings(Writes::default());
    world.teller.publish_outbox();
    // Dropped: as in a process that died here.
    drop(commit(&world.teller, 1, &["of the dead one", "and its second"]).await);
    world.tell(Uuid::from_u128(1), &["behind it"]).await;
    world.tell(Uuid::from_u128(2), &["of somebody else"]).await;
    assert_eq!(world.hears(1).await, ["of somebody else"], "nothing passes what is leased, and it is in nobody's way");
    world.teller.clock.advance(LEASE);
    assert_eq!(world.hears(4).await, ["of somebody else", "of the dead one", "and its second", "behind it"]);
}

#[tokio::test]
async fn a_transaction_that_is_rolled_back_publishes_nothing() {
    let world = World::new().await;
    world.hearer.hear_screenings(Writes::default());
    world.teller.publish_outbox();
    let (mut fresh, mut tx) = (Fresh::default(), begin(&world.teller.pool, &Actor::service("intake")).await.unwrap());
    enqueue_fresh(&mut tx, &mut fresh, &[message(&world.teller, 1, "never happened")], world.teller.clock.now()).await.unwrap();
    tx.rollback().await.unwrap();
    drop(fresh);
    let fresh = commit(&world.teller, 1, &["happened"]).await;
    world.teller.outbox.publish(fresh);
    world.tell(Uuid::from_u128(1), &["after it"]).await;
    assert_eq!(world.hears(2).await, ["happened", "after it"]);
}

#[tokio::test]
async fn the_order_of_an_aggregate_holds_whichever_instance_publishes_and_whether_from_memory_or_not() {
    let world = World::new().await;
    world.hearer.hear_screenings(Writes::default());
    let other = another(&world);
    world.teller.publish_outbox();
    other.publish_outbox();
    for round in 0..12 {
        for case in 1..=6_u128 {
            let instance = if (round + case) % 2 == 0 { &world.teller } else { &other };
            let told = format!("{case}:{round:02}");
            if (round + case) % 3 == 0 {
                world.tell(Uuid::from_u128(case), &[&told]).await;
            } else {
                instance.outbox.publish(commit(instance, case, &[&told]).await);
            }
        }
    }
    let heard = world.hears(72).await;
    for case in 1..=6 {
        let own: Vec<&String> = heard.iter().filter(|heard| heard.starts_with(&format!("{case}:"))).collect();
        assert!(own.is_sorted() && own.len() == 12, "{own:?}");
    }
    assert_eq!(world.count(&world.teller, "select max(attempt)::int8 from outbox").await, 1, "nothing was sent twice");
}

#[tokio::test]
async fn a_message_behind_one_that_still_waits_is_left_to_the_relay() {
    let world = World::new().await;
    world.hearer.hear_screenings(Writes::default());
    world.tell(Uuid::from_u128(1), &["first"]).await;
    // A caller sees no row of the outbox, and is told all the same that something waits.
    let (mut fresh, mut tx) = (Fresh::default(), begin(&world.teller.pool, &Actor::person("person-1", "any")).await.unwrap());
    let list = [message(&world.teller, 1, "second"), message(&world.teller, 2, "alone")];
    enqueue_fresh(&mut tx, &mut fresh, &list, world.teller.clock.now()).await.unwrap();
    // What this transaction told before does not count as waiting.
    enqueue_fresh(&mut tx, &mut fresh, &[message(&world.teller, 2, "and more")], world.teller.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(fresh.len(), 2);
    world.teller.outbox.publish(fresh);
    world.teller.publish_outbox();
    let mut heard = world.hears(4).await;
    heard.sort_by_key(|body| ["first", "second", "alone", "and more"].iter().position(|one| one == body));
    assert_eq!(heard, ["first", "second", "alone", "and more"]);
}

#[tokio::test]
async fn what_cannot_be_published_from_memory_is_carried_by_the_relay_at_once() {
    let world = World::new().await;
    world.hearer.hear_screenings(Writes::default());
    // Over this road no acknowledgement comes in time.
    let url = slow(&world.bus.url, Duration::from_millis(1_100)).await;
    let slow = Bus::connect("intake", &url, Some(&world.bus.seed("intake")), Some(&world.bus.authority)).await.unwrap();
    slow.ready(&url).await.unwrap();
    let teller = Context::assemble(world.teller.process.clone(), world.teller.pool.clone(), slow);
    teller.publish_outbox();
    teller.outbox.publish(commit(&teller, 1, &["one", "two"]).await);
    let given_back = "select count(*) from outbox where attempt > 0 and next_attempt_at < created_at + interval '2 seconds'";
    eventually("its lease is given back", SOON, async || match world.count(&teller, given_back).await {
        0 => Err("not yet".to_owned()),
        _ => Ok(()),
    })
    .await;
    another(&world).publish_outbox();
    // The relay of the slow one has tried as well, and pauses.
    world.teller.clock.advance(LEASE);
    all_is_carried(&world).await;
    assert_eq!(world.hears(2).await, ["one", "two"]);
}

#[tokio::test]
async fn more_than_memory_holds_is_carried_all_the_same() {
    let world = World::new().await;
    let body = "of some length".repeat(2_000);
    for case in 1..=3 {
        // Each takes nearly half of the room.
        let list: Vec<Outgoing> = (0..270).map(|_| message(&world.teller, case, body.as_str())).collect();
        let (mut fresh, mut tx) = (Fresh::default(), begin(&world.teller.pool, &Actor::service("intake")).await.unwrap());
        enqueue_fresh(&mut tx, &mut fresh, &list, world.teller.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        world.teller.outbox.publish(fresh);
    }
    world.teller.publish_outbox();
    let of_memory = "select count(distinct aggregate) from outbox where carried_at is not null";
    eventually("memory is empty", SOON, async || match world.count(&world.teller, of_memory).await {
        2 => Ok(()),
        n => Err(n.to_string()),
    })
    .await;
    assert_eq!(world.count(&world.teller, "select count(*) from outbox where carried_at is null and aggregate::text like '%3'").await, 270);
    world.teller.clock.advance(LEASE);
    all_is_carried(&world).await;
}
