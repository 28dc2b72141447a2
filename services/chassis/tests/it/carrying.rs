//! The outbox: nothing is lost, order is kept within an aggregate.

use chassis::{
    database::{Actor, begin},
    outbox,
};
use harness::wait::eventually;
use uuid::Uuid;

use crate::{
    hearing::{Hear, Writes},
    world::{SOON, World},
};

const WAITING: &str = "select count(*) from outbox where carried_at is null";

async fn all_is_carried(world: &World) {
    eventually("the outbox is empty", SOON, async || match world.count(&world.teller, WAITING).await {
        0 => Ok(()),
        n => Err(n.to_string()),
    })
    .await;
}

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
    all_is_carried(&world).await;
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
async fn the_relay_waits_for_nobody_who_confirms_a_message_and_tells_it_again_when_nobody_did() {
    let world = World::new().await;
    world.hearer.hear_screenings(Writes::default());
    world.tell(Uuid::from_u128(1), &["first"]).await;
    let mut held = begin(&world.teller.pool, &Actor::service("intake")).await.unwrap();
    sqlx::query("select id from outbox for update").execute(&mut *held).await.unwrap();
    world.teller.carry_outbox();
    world.hears(1).await;
    world.tell(Uuid::from_u128(2), &["second"]).await;
    assert!(world.hears(2).await.contains(&"second".to_owned()), "the relay stands still behind whoever confirms");
    held.rollback().await.unwrap();
    all_is_carried(&world).await;
}

/// Two that confirm several do not wait for each other, and the relay waits for nobody.
#[tokio::test]
async fn whoever_confirms_several_messages_takes_them_in_the_order_in_which_they_were_written() {
    let world = World::new().await;
    world.tell(Uuid::from_u128(1), &["first", "second"]).await;
    let ids: Vec<Uuid> =
        sqlx::query_scalar("select id from outbox order by position desc").fetch_all(world.admin(&world.teller)).await.unwrap();
    let [second, first] = ids.as_slice() else { panic!("{ids:?}") };
    let begin = async || begin(&world.teller.pool, &Actor::service("intake")).await.unwrap();
    let take = async |tx: &mut sqlx::PgConnection, id: &Uuid| {
        sqlx::query("select id from outbox where id = $1 for update nowait").bind(*id).fetch_one(tx).await
    };
    let mut relay = begin().await;
    take(&mut relay, first).await.unwrap();
    let (mut accepting, now, named) = (begin().await, world.teller.clock.now(), [*second, *first]);
    let confirming = tokio::spawn(async move {
        outbox::confirm_all(&mut accepting, &named, now).await.unwrap();
        accepting.commit().await.unwrap();
    });
    let waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    eventually("the second waits for the first", SOON, async || match world.count(&world.teller, waits).await {
        0 => Err("nobody waits".to_owned()),
        _ => Ok(()),
    })
    .await;
    take(&mut relay, second).await.expect("it was taken by whoever waits for the first");
    relay.commit().await.unwrap();
    confirming.await.unwrap();
}

#[tokio::test]
async fn what_nobody_confirms_is_sent_every_three_seconds_for_a_minute_and_then_more_seldom_and_for_ever() {
    let world = World::new().await;
    world.teller.carry_outbox();
    let must_arrive = async |id: u128| {
        let message = outbox::Outgoing {
            id: Uuid::from_u128(id),
            aggregate: Uuid::from_u128(id),
            subject: proto::subject::REFERRAL_SCREENED.to_owned(),
            body: b"must arrive".to_vec(),
            sealed: false,
            confirm: true,
            urgent: true,
        };
        let mut tx = begin(&world.teller.pool, &Actor::service("intake")).await.unwrap();
        outbox::enqueue(&mut tx, &message, world.teller.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    };
    let attempts = async |id: u128| -> i32 {
        let sql = "select case when carried_at is null then -1 else attempt end from outbox where id = $1";
        sqlx::query_scalar(sql).bind(Uuid::from_u128(id)).fetch_one(world.admin(&world.teller)).await.unwrap()
    };
    let sent = async |id: u128, times: i32| {
        let look = async || match attempts(id).await {
            n if n == times => Ok(()),
            n => Err(format!("{n} times")),
        };
        eventually("it was sent", SOON, look).await;
    };
    let later = |seconds: i64| world.teller.clock.advance(time::Duration::seconds(seconds));
    must_arrive(1).await;
    sent(1, 1).await;
    for repetition in 2..=15 {
        later(4);
        sent(1, repetition).await;
    }
    // Nearly a minute has passed: another one has just begun, and shows that the relay has looked.
    must_arrive(2).await;
    sent(2, 1).await;
    later(4);
    sent(2, 2).await;
    assert_eq!(attempts(1).await, 15, "after a minute three seconds are no longer enough");
    later(16);
    sent(1, 16).await;
    later(3_600);
    sent(1, 17).await;
    must_arrive(3).await;
    sent(3, 1).await;
    later(30);
    sent(3, 2).await;
    assert_eq!(attempts(1).await, 17);
    later(61);
    sent(1, 18).await;
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
        sealed: false,
        confirm: true,
        urgent: true,
    };
    let mut tx = begin(&world.teller.pool, &Actor::service("intake")).await.unwrap();
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
    let mut db = begin(&world.teller.pool, &Actor::service("intake")).await.unwrap();
    assert!(outbox::confirm(&mut db, id, world.teller.clock.now()).await.unwrap());
    assert!(!outbox::confirm(&mut db, id, world.teller.clock.now()).await.unwrap());
    db.commit().await.unwrap();
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
