//! The inbox: each message once, a bad one quarantined with its bytes, and never at the cost of other messages.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use harness::wait::eventually;
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use proto::subject::{CASES_SCREENED, REFERRAL_SCREENED};
use server::Context;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::world::{SOON, World};

/// Writes what it hears; some words make it fail in a way of their own.
#[derive(Clone, Default)]
pub struct Writes {
    passing: Arc<AtomicUsize>,
    pub mended: Arc<AtomicBool>,
    /// What must not be lost of a message is saved, as an alarm is.
    saves: bool,
}

/// Fails as its message says: a class of SQLSTATE, or a word.
async fn fails_as(tx: &mut PgConnection, how: &str) -> Result<(), Rejection> {
    match how {
        "panic" => std::panic::panic_any("as the test wants"),
        "io" => Err(sqlx::Error::Io(std::io::Error::from(std::io::ErrorKind::BrokenPipe)).into()),
        "protocol" => Err(sqlx::Error::Protocol("as the test wants".to_owned()).into()),
        "no-row" => Err(sqlx::Error::RowNotFound.into()),
        "domain" => Err(Rejection::Never { reason: "malformed-message", detail: "as the test wants".into() }),
        "hangs" => std::future::pending().await,
        // Seen only when the transaction is committed: it spoils that of its neighbours.
        "at-the-end" => {
            sqlx::query("insert into late (n) values (1), (1)").execute(tx).await?;
            Ok(())
        }
        code => {
            sqlx::query("select fail_with($1)").bind(code).execute(tx).await?;
            Ok(())
        }
    }
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

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, body: Vec<u8>, _: &Incoming) -> Result<(), Rejection> {
        sqlx::query("insert into heard (body) values ($1)").bind(&body).execute(&mut *tx).await?;
        if let Some(how) = std::str::from_utf8(&body).ok().and_then(|body| body.strip_prefix("fails: ")) {
            return fails_as(tx, how).await;
        }
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

    async fn save(&self, tx: &mut PgConnection, _: &mut Fresh, message: &Incoming) -> Result<(), Rejection> {
        if self.saves {
            let saved = [b"saved: ".as_slice(), &message.body].concat();
            sqlx::query("insert into heard (body) values ($1)").bind(saved).execute(tx).await?;
        }
        Ok(())
    }
}

pub trait Hear {
    fn hear_screenings(&self, handler: Writes);
}

impl Hear for Context {
    fn hear_screenings(&self, handler: Writes) {
        self.consume(CASES_SCREENED, handler);
    }
}

#[tokio::test]
async fn a_message_that_can_never_succeed_is_set_aside_with_its_bytes_and_its_neighbours_go_through() {
    let world = World::new().await;
    world.teller.publish_outbox();
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
    world.teller.publish_outbox();
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
    world.teller.publish_outbox();
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
    world.teller.publish_outbox();
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
    world.teller.publish_outbox();
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

/// One of each class that PostgreSQL has, and what is no answer of a database.
const FAILURES: [&str; 43] = [
    "01000", "02000", "03000", "08006", "09000", "0A000", "0B000", "0F000", "0L000", "0P000", "0Z000", "20000", "21000", "22001", "23505",
    "24000", "25006", "26000", "27000", "28000", "2B000", "2D000", "2F000", "34000", "38000", "39000", "3B000", "3D000", "3F000", "40001",
    "42P01", "53100", "54000", "55P03", "57014", "58030", "F0000", "HV000", "P0001", "XX001", "io", "protocol", "no-row",
];

/// What the tests of failures need in the hearer's database: a function that fails as it is asked to, and a rule that is looked at late.
async fn prepare_failures(world: &World) {
    let made = "
        create function fail_with(code text) returns void language plpgsql as $$ begin raise exception using errcode = code; end $$;
        create table late (n int constraint late_once unique deferrable initially deferred);
        grant insert, select on late to public; grant execute on function fail_with to public;";
    sqlx::raw_sql(made).execute(world.admin(&world.hearer)).await.unwrap();
}

#[tokio::test]
async fn whatever_fails_over_a_message_what_must_not_be_lost_of_it_is_saved_and_its_neighbours_go_through() {
    let world = World::new().await;
    prepare_failures(&world).await;
    world.teller.publish_outbox();
    let failures: Vec<&str> = FAILURES.into_iter().chain(["panic", "domain", "at-the-end"]).collect();
    for (n, how) in failures.iter().enumerate() {
        world.tell(Uuid::from_u128(n as u128 + 1), &["good", &format!("fails: {how}"), "good"]).await;
    }
    world.hearer.hear_screenings(Writes { saves: true, ..Writes::default() });
    let mut expected: Vec<String> = failures.iter().map(|how| format!("saved: fails: {how}")).collect();
    expected.sort();
    let look = async || {
        let mut saved: Vec<String> = world.heard().await.into_iter().filter(|heard| heard.starts_with("saved")).collect();
        saved.sort();
        if saved == expected {
            Ok(())
        } else {
            Err(format!("{:?}", expected.iter().filter(|one| !saved.contains(one)).collect::<Vec<_>>()))
        }
    };
    eventually("everything is saved", SOON * 4, look).await;
    let heard = world.heard().await;
    assert_eq!(heard.iter().filter(|one| *one == "good").count(), 2 * failures.len());
    assert!(!heard.iter().any(|one| one.starts_with("fails")), "what failed left something behind");
    assert!(!world.hearer.stop.is_cancelled(), "the service goes on");
    // What may still succeed is tried again, and everything else is kept with its bytes.
    let aside: Vec<Vec<u8>> = sqlx::query_scalar("select body from quarantine").fetch_all(world.admin(&world.hearer)).await.unwrap();
    let aside: Vec<String> = aside.into_iter().map(|body| String::from_utf8(body).unwrap()).collect();
    for passing in ["08006", "25006", "40001", "53100", "55P03", "57014", "io"] {
        assert!(!aside.contains(&format!("fails: {passing}")), "{passing}");
    }
    for lasting in ["22001", "42P01", "XX001", "panic", "domain", "at-the-end", "protocol"] {
        assert!(aside.contains(&format!("fails: {lasting}")), "{lasting}");
    }
}

#[tokio::test]
async fn a_message_that_can_neither_be_applied_nor_saved_is_tried_again_for_ever_and_never_set_aside() {
    let world = World::new().await;
    prepare_failures(&world).await;
    world.teller.publish_outbox();
    // Nothing can be written that has to do with it, until somebody mends that.
    let made = "
        create function refuse() returns trigger language plpgsql as $$ begin raise exception using errcode = 'XX001'; end $$;
        create trigger refuse before insert on heard for each row when (encode(new.body, 'escape') like '%fails%') execute function refuse();";
    sqlx::raw_sql(made).execute(world.admin(&world.hearer)).await.unwrap();
    world.tell(Uuid::from_u128(1), &["fails: panic", "good"]).await;
    world.hearer.hear_screenings(Writes { saves: true, ..Writes::default() });
    assert_eq!(world.hears(1).await, ["good"]);
    assert_eq!(world.count(&world.hearer, "select count(*) from quarantine").await, 0);
    sqlx::raw_sql("drop trigger refuse on heard").execute(world.admin(&world.hearer)).await.unwrap();
    assert_eq!(world.hears(2).await, ["good", "saved: fails: panic"]);
}
