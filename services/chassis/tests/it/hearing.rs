//! The inbox: each message once, a bad one set aside with its bytes, and never at the cost of its neighbours.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use chassis::{
    Context,
    inbox::{Handler, Incoming, Rejection},
};
use harness::wait::eventually;
use proto::subject::{CASES_SCREENED, REFERRAL_SCREENED};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::world::{SOON, World};

/// Writes what it hears; some words make it fail in a way of their own.
#[derive(Clone, Default)]
pub struct Writes {
    passing: Arc<AtomicUsize>,
    pub mended: Arc<AtomicBool>,
}

impl Handler for Writes {
    type Work = Vec<u8>;

    async fn read(&self, message: &Incoming) -> Result<Vec<u8>, Rejection> {
        match message.body.as_ref() {
            b"unreadable" => Err(Rejection::Never { reason: "malformed-message", detail: "as the test wants".into() }),
            b"panics while read" => std::panic::panic_any("as the test wants"),
            _ => Ok(message.body.to_vec()),
        }
    }

    async fn apply(&self, tx: &mut PgConnection, body: Vec<u8>, _: &Incoming) -> Result<(), Rejection> {
        sqlx::query("insert into heard (body) values ($1)").bind(&body).execute(&mut *tx).await?;
        match body.as_slice() {
            // Written, then refused: the write must not stay.
            b"mended later" if !self.mended.load(Ordering::Relaxed) => {
                Err(Rejection::Never { reason: "decoder-too-old", detail: "as the test wants".into() })
            }
            b"fails at first" if self.passing.fetch_add(1, Ordering::Relaxed) < 2 => Err(Rejection::Later("not yet".into())),
            b"breaks a rule" => {
                sqlx::query("insert into inbox (consumer, event_id, received_at) values (null, null, null)").execute(tx).await?;
                Ok(())
            }
            b"panics" => std::panic::panic_any("as the test wants"),
            _ => Ok(()),
        }
    }
}

pub trait Hear {
    fn hear_screenings(&self, handler: Writes);
}

impl Hear for Context {
    fn hear_screenings(&self, handler: Writes) {
        self.consume(CASES_SCREENED.stream, CASES_SCREENED.name, CASES_SCREENED.filters, handler);
    }
}

#[tokio::test]
async fn a_message_that_can_never_succeed_is_set_aside_with_its_bytes_and_its_neighbours_go_through() {
    let world = World::new().await;
    world.teller.carry_outbox();
    let bad = ["unreadable", "breaks a rule", "panics", "panics while read"];
    for (n, body) in bad.into_iter().enumerate() {
        world.tell(Uuid::from_u128(n as u128 + 1), &["good", body, "good"]).await;
    }
    world.hearer.hear_screenings(Writes::default());
    assert!(world.hears(8).await.iter().all(|h| h == "good"));
    eventually("all bad ones are set aside", SOON, async || match world.count(&world.hearer, "select count(*) from quarantine").await {
        4 => Ok(()),
        n => Err(n.to_string()),
    })
    .await;
    let kept: Vec<Vec<u8>> =
        sqlx::query_scalar("select body from quarantine order by body").fetch_all(world.admin(&world.hearer)).await.unwrap();
    let mut expected = bad.map(|b| b.as_bytes().to_vec());
    expected.sort();
    assert_eq!(kept, expected);
    assert_eq!(world.heard().await.len(), 8);
}

#[tokio::test]
async fn what_fails_for_now_is_applied_later_and_once() {
    let world = World::new().await;
    world.teller.carry_outbox();
    world.hearer.hear_screenings(Writes::default());
    world.tell(Uuid::from_u128(1), &["fails at first"]).await;
    world.tell(Uuid::from_u128(2), &["good"]).await;
    let mut heard = world.hears(2).await;
    heard.sort();
    assert_eq!(heard, ["fails at first", "good"]);
    assert_eq!(world.count(&world.hearer, "select count(*) from quarantine").await, 0);
}

#[tokio::test]
async fn a_message_sent_again_under_its_own_id_is_heard_once() {
    let world = World::new().await;
    world.teller.carry_outbox();
    world.hearer.hear_screenings(Writes::default());
    world.tell(Uuid::from_u128(1), &["once"]).await;
    world.hears(1).await;
    for _ in 0..3 {
        // As after a bus that lost its memory: the same event under a new Nats-Msg-Id.
        sqlx::query("update outbox set carried_at = null").execute(world.admin(&world.teller)).await.unwrap();
        world.teller.outbox.wake();
        eventually("it was carried again", SOON, async || {
            match world.count(&world.teller, "select count(*) from outbox where carried_at is null").await {
                0 => Ok(()),
                n => Err(n.to_string()),
            }
        })
        .await;
    }
    world.tell(Uuid::from_u128(1), &["after"]).await;
    assert_eq!(world.hears(2).await, ["once", "after"]);
}

#[tokio::test]
async fn what_was_set_aside_is_replayed_once_when_an_operator_asks_and_stays_set_aside_while_it_still_fails() {
    let world = World::new().await;
    world.teller.carry_outbox();
    let handler = Writes::default();
    world.hearer.hear_screenings(handler.clone());
    world.tell(Uuid::from_u128(1), &["mended later", "good"]).await;
    assert_eq!(world.hears(1).await, ["good"]);
    let ask = async || {
        sqlx::query("update quarantine set replay_asked_at = now()").execute(world.admin(&world.hearer)).await.unwrap();
    };
    let waiting = "select count(*) from quarantine where replay_asked_at is not null and released_at is null";
    let answered = async || {
        eventually("the wish is answered", SOON, async || match world.count(&world.hearer, waiting).await {
            0 => Ok(()),
            n => Err(n.to_string()),
        })
        .await;
    };
    let released = "select count(*) from quarantine where released_at is not null";
    ask().await;
    answered().await;
    assert_eq!(world.count(&world.hearer, released).await, 0);
    handler.mended.store(true, Ordering::Relaxed);
    ask().await;
    answered().await;
    assert_eq!(world.count(&world.hearer, released).await, 1);
    ask().await;
    world.tell(Uuid::from_u128(1), &["after"]).await;
    assert_eq!(world.hears(3).await, ["good", "mended later", "after"]);
}

#[tokio::test]
async fn a_header_that_the_database_cannot_hold_does_not_hold_up_the_messages_beside_it() {
    let world = World::new().await;
    world.teller.carry_outbox();
    for body in ["good", "unreadable"] {
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("ce-id", "7\u{0}7");
        headers.insert("x-unknown", "\u{0}");
        world.teller.bus.client.publish_with_headers(REFERRAL_SCREENED, headers, body.into()).await.unwrap();
    }
    world.teller.bus.client.flush().await.unwrap();
    world.tell(Uuid::from_u128(1), &["good"]).await;
    world.hearer.hear_screenings(Writes::default());
    assert_eq!(world.hears(2).await, ["good", "good"]);
    eventually("the bad one is set aside", SOON, async || match world.count(&world.hearer, "select count(*) from quarantine").await {
        1 => Ok(()),
        n => Err(n.to_string()),
    })
    .await;
}
