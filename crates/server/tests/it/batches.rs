//! Batches: messages that are committed together travel as one message of the bus, and each is still applied once or fails alone.

use async_nats::jetstream;
use base::database::{Actor, begin};
use harness::wait::eventually;
use messaging::outbox::{Fresh, Outgoing, enqueue_fresh};
use proto::subject::REFERRAL_SCREENED;

use crate::{
    carrying::all_is_carried,
    hearing::{Hear, Writes},
    world::{SOON, World},
};

/// Messages of as many aggregates, committed together and published from memory.
async fn tell_together(world: &World, bodies: &[&str]) {
    let teller = &world.teller;
    let batched = |body: &&str| Outgoing {
        id: teller.ids.uuid(),
        aggregate: teller.ids.uuid(),
        subject: REFERRAL_SCREENED.to_owned(),
        body: body.as_bytes().to_vec(),
        in_clear: None,
        confirm: false,
        urgent: false,
        sealed: false,
        batched: true,
    };
    let list: Vec<Outgoing> = bodies.iter().map(batched).collect();
    let (mut tx, mut fresh) = (begin(&teller.pool, &Actor::service("intake")).await.unwrap(), Fresh::default());
    enqueue_fresh(&mut tx, &mut fresh, &list, teller.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    teller.outbox.publish(fresh);
}

async fn on_the_bus(world: &World) -> u64 {
    let mut stream = jetstream::new(world.bus.operator().await).get_stream("RO_INTAKE").await.unwrap();
    stream.info().await.unwrap().state.messages
}

/// All of them, in any order: they are of different aggregates.
async fn hears(world: &World, expected: &[&str]) {
    let (mut heard, mut expected) = (world.hears(expected.len()).await, expected.to_vec());
    heard.sort();
    expected.sort_unstable();
    assert_eq!(heard, expected);
}

async fn counted(world: &World, sql: &'static str, expected: i64) {
    let look = async || match world.count(&world.hearer, sql).await {
        found if found == expected => Ok(()),
        found => Err(format!("{found} of {expected}")),
    };
    eventually(sql, SOON, look).await;
}

#[tokio::test]
async fn messages_committed_together_are_one_message_on_the_bus_and_each_is_applied_once() {
    let world = World::new().await;
    world.hearer.hear_screenings(Writes::default());
    world.teller.publish_outbox();
    let bodies: Vec<String> = (0..40).map(|n| format!("{n:02}")).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    tell_together(&world, &bodies).await;
    hears(&world, &bodies).await;
    all_is_carried(&world).await;
    assert_eq!(on_the_bus(&world).await, 1);
    counted(&world, "select count(*) from inbox", 40).await;
    // Sent again one by one, as after a bus that lost its memory, each is known.
    sqlx::query("update outbox set carried_at = null, next_attempt_at = created_at").execute(world.admin(&world.teller)).await.unwrap();
    world.teller.outbox.wake();
    all_is_carried(&world).await;
    tell_together(&world, &["last"]).await;
    world.hears(41).await;
    assert_eq!((world.heard().await.len(), on_the_bus(&world).await), (41, 42));
}

#[tokio::test]
async fn more_than_a_batch_holds_is_several_and_none_is_left_behind() {
    let world = World::new().await;
    world.hearer.hear_screenings(Writes::default());
    world.teller.publish_outbox();
    let long = "x".repeat(15 * 1024);
    let bodies: Vec<String> = (0..130).map(|n| if n < 10 { format!("{n:03}{long}") } else { format!("{n:03}") }).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    tell_together(&world, &bodies).await;
    hears(&world, &bodies).await;
    all_is_carried(&world).await;
    let sent = on_the_bus(&world).await;
    assert!((4..14).contains(&sent), "130 messages in {sent} batches");
}

#[tokio::test]
async fn a_bad_message_of_a_batch_is_quarantined_alone_and_one_that_waits_brings_back_no_other() {
    let world = World::new().await;
    world.hearer.hear_screenings(Writes::default());
    world.teller.publish_outbox();
    tell_together(&world, &["one", "unreadable", "fails at first", "breaks a rule", "two"]).await;
    hears(&world, &["one", "fails at first", "two"]).await;
    counted(&world, "select count(*) from quarantine where body in ('unreadable', 'breaks a rule')", 2).await;
    counted(&world, "select count(*) from quarantine", 2).await;
    assert_eq!((world.heard().await.len(), on_the_bus(&world).await), (3, 1));
}

#[tokio::test]
async fn bytes_that_only_claim_to_be_a_batch_are_one_message_that_its_handler_refuses() {
    let world = World::new().await;
    world.hearer.hear_screenings(Writes::default());
    let mut headers = async_nats::HeaderMap::new();
    headers.insert("content-type", "application/cloudevents-batch+protobuf");
    headers.insert("ce-id", "7");
    let jetstream = jetstream::new(world.bus.operator().await);
    jetstream.publish_with_headers(REFERRAL_SCREENED, headers, "unreadable".into()).await.unwrap().await.unwrap();
    counted(&world, "select count(*) from quarantine where body = 'unreadable'", 1).await;
    assert!(world.heard().await.is_empty());
}
