//! Fair consumption: a message that takes long to read, and a sender of very many, delay only themselves.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use harness::wait::eventually;
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use proto::subject::{CASES_SCREENED, INTAKE_REFERRALS, submit_referral};
use sqlx::PgConnection;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::world::{SOON, World};

/// Reads some messages only when the test lets it.
struct Hangs {
    released: Arc<Semaphore>,
}

impl Handler for Hangs {
    type Work = Vec<u8>;

    async fn read(&self, message: &Incoming) -> Result<Vec<u8>, Rejection> {
        if message.body.as_ref() == b"of a peer that hangs" {
            let _ = self.released.acquire().await;
        }
        Ok(message.body.to_vec())
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, body: Vec<u8>, _: &Incoming) -> Result<(), Rejection> {
        sqlx::query("insert into heard (body) values ($1)").bind(&body).execute(tx).await?;
        Ok(())
    }
}

#[tokio::test]
async fn a_peer_that_hangs_delays_the_message_that_needs_it_and_none_beside_or_behind_it() {
    let world = World::new().await;
    world.teller.publish_outbox();
    let released = Arc::new(Semaphore::new(0));
    world.hearer.consume(CASES_SCREENED, Hangs { released: released.clone() });
    world.tell(Uuid::from_u128(1), &["of a peer that hangs", "beside it"]).await;
    world.tell(Uuid::from_u128(2), &["beside it"]).await;
    world.hears(2).await;
    world.tell(Uuid::from_u128(3), &["behind it"]).await;
    assert_eq!(world.hears(3).await, ["beside it", "beside it", "behind it"]);
    released.add_permits(1);
    assert_eq!(world.hears(4).await[3], "of a peer that hangs");
}

/// Never gets to some messages.
struct PutsOff;

impl Handler for PutsOff {
    type Work = Vec<u8>;

    async fn read(&self, message: &Incoming) -> Result<Vec<u8>, Rejection> {
        if message.body.as_ref() == b"put off" { Err(Rejection::Later("as the test wants".into())) } else { Ok(message.body.to_vec()) }
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, body: Vec<u8>, _: &Incoming) -> Result<(), Rejection> {
        sqlx::query("insert into heard (body) values ($1)").bind(&body).execute(tx).await?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_are_put_off_again_and_again_hold_up_nothing_that_comes_behind_them() {
    let world = World::new().await;
    world.teller.publish_outbox();
    world.hearer.consume(CASES_SCREENED, PutsOff);
    for aggregate in 0..50_u128 {
        world.tell(Uuid::from_u128(aggregate), &["put off"; 10]).await;
    }
    world.tell(Uuid::from_u128(1_000), &["behind them"]).await;
    assert_eq!(world.hears(1).await, ["behind them"]);
    world.tell(Uuid::from_u128(1_000), &["later"]).await;
    assert_eq!(world.hears(2).await, ["behind them", "later"]);
}

/// Writes down who sent, slowly enough that a flood lasts.
struct FromOutside;

impl Handler for FromOutside {
    type Work = ();

    const FROM_OUTSIDE: bool = true;

    async fn read(&self, _: &Incoming) -> Result<(), Rejection> {
        Ok(())
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, (): (), message: &Incoming) -> Result<(), Rejection> {
        sqlx::query("insert into heard (body) values ($1)").bind(message.subject_token(4).as_bytes()).execute(tx).await?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_one_site_does_not_hold_up_what_another_site_sends_behind_it_and_loses_nothing_itself() {
    const FLOOD: usize = 3_000;
    let world = World::new().await;
    let (mission, kent) = (world.bus.connect("site-mission").await, world.bus.connect("site-kent").await);
    let [of_mission, of_kent] = ["mission", "kent"].map(|site| submit_referral(&site.parse().unwrap()));
    for _ in 0..FLOOD / 500 {
        join_all((0..500).map(async |n: usize| {
            let stored = mission.jetstream.publish(of_mission.clone(), n.to_string().into()).await.unwrap();
            stored.await.unwrap();
        }))
        .await;
    }
    kent.jetstream.publish(of_kent, "one".into()).await.unwrap().await.unwrap();
    world.teller.consume(INTAKE_REFERRALS, FromOutside);
    let place = async || {
        let sql = "select count(*) from heard where place <= (select place from heard where body = 'kent'::bytea)";
        match world.count(&world.teller, sql).await {
            0 => Err("not yet".to_owned()),
            place => Ok(usize::try_from(place).unwrap()),
        }
    };
    let place = eventually("the other site is heard", SOON, place).await;
    assert!(place < FLOOD / 2, "heard as number {place} although it came behind {FLOOD}");
    let all = async || match world.count(&world.teller, "select count(*) from heard").await {
        n if n == FLOOD as i64 + 1 => Ok(()),
        n => Err(n.to_string()),
    };
    eventually("the flood is heard whole", Duration::from_secs(120), all).await;
}
