//! Batched consumption: waiting messages are received together with fewer statements, each still once, in order and failing alone.

use harness::{round_trips::Meter, wait::eventually};
use messaging::{
    inbox::{Handler, Incoming, ReadMessage, Rejection},
    outbox::{Fresh, Outgoing, enqueue_fresh},
};
use proto::subject::{CASE_OPENED, CASES_SCREENED};
use server::Context;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    carrying::all_is_carried,
    hearing::{Hear, Writes},
    world::{SOON, World},
};

/// Writes all it is given in one statement, and nothing of a set in which it is told to fail.
struct WritesSets;

impl Handler for WritesSets {
    type Work = Vec<u8>;

    async fn read(&self, message: &Incoming) -> Result<Vec<u8>, Rejection> {
        Ok(message.body.to_vec())
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, body: Vec<u8>, _: &Incoming) -> Result<(), Rejection> {
        write(tx, &[body]).await
    }

    async fn apply_set(&self, tx: &mut PgConnection, _: &mut Fresh, set: Vec<ReadMessage<'_, Vec<u8>>>) -> Result<(), Rejection> {
        let bodies: Vec<Vec<u8>> = set.into_iter().map(|heard| heard.work).collect();
        write(tx, &bodies).await
    }
}

async fn write(tx: &mut PgConnection, bodies: &[Vec<u8>]) -> Result<(), Rejection> {
    sqlx::query("insert into heard (body) select body from unnest($1::bytea[]) with ordinality as told (body, place) order by place")
        .bind(bodies)
        .execute(tx)
        .await?;
    if bodies.iter().any(|body| body == b"bad") {
        return Err(Rejection::Never { reason: "malformed-message", detail: "as the test wants".to_owned() });
    }
    Ok(())
}

#[tokio::test]
async fn messages_that_wait_together_are_written_together_in_order_and_each_once() {
    let world = World::new().await;
    let bodies: Vec<String> = (0..200).map(|n| format!("{n:03}")).collect();
    world.tell(Uuid::from_u128(1), &bodies.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut relay = world.teller.manual_relay();
    // Twice over, as after a bus that lost its memory.
    for _ in 0..2 {
        sqlx::query("update outbox set carried_at = null").execute(world.admin(&world.teller)).await.unwrap();
        while world.count(&world.teller, "select count(*) from outbox where carried_at is null").await > 0 {
            relay.publish().await.unwrap();
        }
    }
    let meter = Meter::of(world.database(&world.hearer)).await;
    let mut hearer = world.hearer.clone();
    hearer.endpoint.pool = meter.pool.clone();
    hearer.consume(CASES_SCREENED, WritesSets);
    assert_eq!(world.hears(200).await, bodies);
    let all = async || match world.count(&world.hearer, "select count(*) from inbox").await {
        200 => Ok(()),
        n => Err(n.to_string()),
    };
    eventually("each is remembered", SOON, all).await;
    let sets = meter.transactions_with("insert into heard");
    assert!(sets.len() < 50, "{} transactions", sets.len());
    assert!(sets.iter().all(|set| set.len() == 4), "begin, remember, write, commit: {sets:?}");
    assert_eq!(world.heard().await.len(), 200);
}

#[tokio::test]
async fn a_bad_message_in_a_set_is_set_aside_alone() {
    let world = World::new().await;
    world.tell(Uuid::from_u128(1), &["one", "bad", "two", "three"]).await;
    world.teller.manual_relay().publish().await.unwrap();
    world.hearer.consume(CASES_SCREENED, WritesSets);
    assert_eq!(world.hears(3).await, ["one", "two", "three"]);
    let aside = async || match world.count(&world.hearer, "select count(*) from quarantine where body = 'bad'").await {
        1 => Ok(()),
        n => Err(n.to_string()),
    };
    eventually("the bad one is set aside", SOON, aside).await;
    assert_eq!(world.heard().await, ["one", "two", "three"]);
}

/// Tells something of what it hears.
struct Answers(Context);

impl Handler for Answers {
    type Work = ();

    async fn read(&self, _: &Incoming) -> Result<(), Rejection> {
        Ok(())
    }

    async fn apply(&self, tx: &mut PgConnection, fresh: &mut Fresh, (): (), message: &Incoming) -> Result<(), Rejection> {
        let told = Outgoing {
            id: self.0.ids.uuid(),
            aggregate: self.0.ids.uuid(),
            subject: CASE_OPENED.to_owned(),
            body: message.body.to_vec(),
            in_clear: None,
            confirm: false,
            urgent: false,
            sealed: false,
            batched: false,
        };
        enqueue_fresh(tx, fresh, &[told], self.0.clock.now()).await?;
        if message.body.as_ref() == b"bad" {
            return Err(Rejection::Never { reason: "malformed-message", detail: "as the test wants".to_owned() });
        }
        Ok(())
    }
}

#[tokio::test]
async fn what_a_handler_tells_is_published_from_memory_and_only_where_its_message_was_applied() {
    let world = World::new().await;
    world.tell(Uuid::from_u128(1), &["one", "bad", "two"]).await;
    world.teller.manual_relay().publish().await.unwrap();
    world.hearer.publish_outbox();
    let answers = Answers(world.hearer.clone());
    world.hearer.consume(CASES_SCREENED, answers);
    // The clock stands still, so that no lease ends: only from memory they can have been carried.
    let carried = async || match world.count(&world.hearer, "select count(*) from outbox where carried_at is not null").await {
        2 => Ok(()),
        n => Err(n.to_string()),
    };
    eventually("the answers are carried", SOON, carried).await;
    assert_eq!(world.count(&world.hearer, "select count(*) from outbox").await, 2);
}

#[tokio::test]
async fn messages_heard_beside_one_that_cannot_be_read_are_applied_in_their_order() {
    let world = World::new().await;
    world.teller.publish_outbox();
    world.tell(Uuid::from_u128(1), &["good", "unreadable", "good too"]).await;
    all_is_carried(&world).await;
    world.hearer.hear_screenings(Writes::default());
    assert_eq!(world.hears(2).await, ["good", "good too"]);
    let aside = async || match world.count(&world.hearer, "select count(*) from quarantine").await {
        1 => Ok(()),
        n => Err(n.to_string()),
    };
    eventually("the unreadable one is set aside", SOON, aside).await;
}
