//! The outbox: nothing is lost, order is kept within an aggregate.

use std::time::Duration;

use base::database::{Actor, begin};
use harness::wait::eventually;
use messaging::{bus::Bus, outbox};
use server::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

use crate::{
    hearing::{Hear, Writes},
    world::{SOON, World},
};

const WAITING: &str = "select count(*) from outbox where carried_at is null";

pub async fn all_is_carried(world: &World) {
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
    world.teller.publish_outbox();
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
        world.teller.publish_outbox();
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
    world.teller.publish_outbox();
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

/// A message that is sent until somebody confirms it.
pub async fn must_arrive(world: &World, id: u128) {
    let message = outbox::Outgoing {
        id: Uuid::from_u128(id),
        aggregate: Uuid::from_u128(id),
        subject: proto::subject::REFERRAL_SCREENED.to_owned(),
        body: b"must arrive".to_vec(),
        in_clear: None,
        sealed: false,
        batched: false,
        confirm: true,
        urgent: true,
    };
    let mut tx = begin(&world.teller.pool, &Actor::service("intake")).await.unwrap();
    outbox::enqueue(&mut tx, &message, world.teller.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    world.teller.outbox.wake();
}

#[tokio::test]
async fn what_nobody_confirms_fills_the_bus_with_few_copies_and_is_sent_for_ever() {
    let world = World::new().await;
    world.teller.publish_outbox();
    let sent = async |id: u128, times: i64| {
        let sql = "select case when carried_at is null then -1 else copies::int8 end from outbox where id = $1";
        let look = async || {
            let seen: i64 = sqlx::query_scalar(sql).bind(Uuid::from_u128(id)).fetch_one(world.admin(&world.teller)).await.unwrap();
            if seen == times { Ok(()) } else { Err(format!("{seen} times")) }
        };
        eventually("it was sent", SOON, look).await;
    };
    let later = |seconds: i64| world.teller.clock.advance(time::Duration::seconds(seconds));
    must_arrive(&world, 1).await;
    sent(1, 1).await;
    let mut pause = 3;
    for copies in 2..=12 {
        // Another one, begun now, shows that the relay has looked and did not yet send the first.
        later(pause - 1);
        must_arrive(&world, copies).await;
        sent(copies, 1).await;
        sent(1, i64::try_from(copies).unwrap() - 1).await;
        later(2);
        sent(1, i64::try_from(copies).unwrap()).await;
        pause = (pause * 2).min(3_600);
    }
    assert_eq!(pause, 3_600, "the pause has grown to its longest");
    let all = "select sum(copies)::int8 from outbox where id = '00000000-0000-0000-0000-000000000001'";
    for copies in 13..=15 {
        later(3_601);
        sent(1, copies).await;
    }
    assert_eq!(world.count(&world.teller, all).await, 15);
}

#[tokio::test]
async fn messages_that_must_wait_hide_nobody_elses() {
    let world = World::new().await;
    world.hearer.hear_screenings(Writes::default());
    for case in 1..=100 {
        world.tell(Uuid::from_u128(case), &["waits", "stands behind it"]).await;
    }
    // As after a try that failed a moment ago.
    sqlx::query("update outbox set attempt = 9, next_attempt_at = next_attempt_at + interval '4 seconds' where body = 'waits'")
        .execute(world.admin(&world.teller))
        .await
        .unwrap();
    // And one whose messages are more than a pass carries.
    world.tell(Uuid::from_u128(500), &vec!["of a long one"; 300]).await;
    world.tell(Uuid::from_u128(501), &["of somebody else"]).await;
    world.teller.publish_outbox();
    let heard = world.hears(301).await;
    assert!(
        heard.iter().take(64).any(|body| body == "of somebody else"),
        "it came at {:?}",
        heard.iter().position(|b| b.starts_with("of some"))
    );
    assert!(!heard.iter().any(|body| body.contains("waits") || body.contains("stands")));
    world.teller.clock.advance(time::Duration::seconds(5));
    world.hears(501).await;
}

/// Each acknowledgement comes late enough that all of them together would outlast the transaction.
#[tokio::test]
async fn a_bus_that_answers_slowly_does_not_keep_a_pass_open_longer_than_its_time() {
    let world = World::new().await;
    let url = slow(&world.bus.url, Duration::from_millis(700)).await;
    let slow = Bus::connect("intake", &url, Some(&world.bus.seed("intake")), Some(&world.bus.authority)).await.unwrap();
    slow.ready(&url).await.unwrap();
    let teller = Context::assemble(world.teller.process.clone(), world.teller.pool.clone(), slow);
    world.tell(Uuid::from_u128(1), &["1", "2", "3", "4", "5", "6", "7", "8"]).await;
    teller.publish_outbox();
    all_is_carried(&world).await;
    let passes = "select count(distinct carried.xmin::text) from outbox as carried";
    assert!(world.count(&teller, passes).await > 1, "one transaction waited for all of them");
    assert_eq!(world.count(&teller, "select max(attempt)::int8 from outbox").await, 1, "and none was sent twice");
}

/// A road to the bus on which every answer takes its time.
pub async fn slow(url: &str, by: Duration) -> String {
    let (scheme, server) = url.split_once("://").unwrap();
    let server = server.to_owned();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("{scheme}://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = tokio::net::TcpStream::connect(&server).await.unwrap();
            let ((mut from_near, mut to_near), (mut from_far, mut to_far)) = (near.into_split(), far.into_split());
            tokio::spawn(async move { tokio::io::copy(&mut from_near, &mut to_far).await });
            let (queue, mut queued) = tokio::sync::mpsc::unbounded_channel();
            tokio::spawn(async move {
                let mut buffer = vec![0; 64 * 1024];
                while let Ok(read @ 1..) = from_far.read(&mut buffer).await {
                    let _ = queue.send((tokio::time::Instant::now() + by, buffer.get(..read).unwrap_or_default().to_vec()));
                }
            });
            tokio::spawn(async move {
                while let Some((at, bytes)) = queued.recv().await {
                    tokio::time::sleep_until(at).await;
                    if to_near.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn a_message_that_must_be_confirmed_is_sent_again_until_it_is_and_then_never() {
    let world = World::new().await;
    world.teller.publish_outbox();
    let id = world.teller.ids.uuid();
    let message = outbox::Outgoing {
        id,
        aggregate: id,
        subject: proto::subject::REFERRAL_SCREENED.to_owned(),
        body: b"must arrive".to_vec(),
        in_clear: None,
        sealed: false,
        batched: false,
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
