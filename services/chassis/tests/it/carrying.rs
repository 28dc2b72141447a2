//! The outbox: nothing is lost, order is kept within an aggregate.

use chassis::outbox;
use harness::wait::eventually;
use uuid::Uuid;

use crate::{
    hearing::{Hear, Writes},
    world::{SOON, World},
};

const WAITING: &str = "select count(*) from outbox where carried_at is null";

#[tokio::test]
async fn what_was_committed_while_the_bus_was_down_arrives_in_order_when_it_is_back() {
    let world = World::new().await;
    world.hearer.hear_screenings(Writes::default());
    let case = Uuid::from_u128(1);
    world.tell(case, &["one", "two", "three"]).await;
    world.bus.crash().await;
    world.teller.carry_outbox();
    world.tell(case, &["four"]).await;
    assert_eq!(world.hears(4).await, ["one", "two", "three", "four"]);
    eventually("the outbox is empty", SOON, async || match world.count(&world.teller, WAITING).await {
        0 => Ok(()),
        n => Err(n.to_string()),
    })
    .await;
}

#[tokio::test]
async fn three_relays_over_one_outbox_keep_the_order_of_every_aggregate_and_send_nothing_twice() {
    let world = World::new().await;
    world.hearer.hear_screenings(Writes::default());
    for round in 0..10 {
        for case in 1..=8_u128 {
            let bodies: Vec<String> = (0..3).map(|n| format!("{case}:{:02}", round * 3 + n)).collect();
            let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
            world.tell(Uuid::from_u128(case), &bodies).await;
        }
    }
    for _ in 0..3 {
        world.teller.carry_outbox();
    }
    let heard = world.hears(240).await;
    for case in 1..=8 {
        let own: Vec<&String> = heard.iter().filter(|h| h.starts_with(&format!("{case}:"))).collect();
        let mut sorted = own.clone();
        sorted.sort();
        assert_eq!(own, sorted);
        assert_eq!(own.len(), 30);
    }
}

#[tokio::test]
async fn a_message_that_must_be_confirmed_is_sent_again_until_it_is_and_then_never() {
    let world = World::new().await;
    world.teller.carry_outbox();
    let id = world.teller.ids.uuid();
    let message = outbox::Outgoing {
        id,
        aggregate: id,
        subject: proto::subject::REFERRAL_SCREENED.to_owned(),
        body: b"must arrive".to_vec(),
        confirm: true,
        urgent: true,
        sealed: false,
    };
    let mut tx = world.teller.pool.begin().await.unwrap();
    outbox::enqueue(&mut tx, &message, world.teller.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let attempts = async |at_least: i64| {
        let look = async || match world
            .count(&world.teller, "select coalesce(max(attempt), 0)::int8 from outbox where carried_at is not null")
            .await
        {
            n if n >= at_least => Ok(()),
            n => Err(format!("{n} attempts")),
        };
        eventually("it was sent", SOON, look).await;
    };
    attempts(1).await;
    world.teller.clock.advance(time::Duration::seconds(4));
    attempts(2).await;
    let mut db = world.teller.pool.acquire().await.unwrap();
    assert!(outbox::confirm(&mut db, id, world.teller.clock.now()).await.unwrap());
    assert!(!outbox::confirm(&mut db, id, world.teller.clock.now()).await.unwrap());
    world.teller.clock.advance(time::Duration::hours(1));
    // Something that comes after it is carried; the confirmed one is not touched.
    world.tell(Uuid::from_u128(5), &["later"]).await;
    eventually("the later one is carried", SOON, async || match world.count(&world.teller, WAITING).await {
        0 => Ok(()),
        n => Err(n.to_string()),
    })
    .await;
    assert_eq!(world.count(&world.teller, "select attempt::int8 from outbox where must_be_confirmed").await, 2);
}
