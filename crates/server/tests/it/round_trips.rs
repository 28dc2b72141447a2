//! Round trips of the outbox and the inbox to the database, statement by statement.

use std::path::Path;

use harness::{
    round_trips::{Done, Meter, hold},
    wait::eventually,
};
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use proto::subject::CASES_SCREENED;
use server::Context;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::world::{SOON, World};

struct Writes;

impl Handler for Writes {
    type Work = Vec<u8>;

    async fn read(&self, message: &Incoming) -> Result<Vec<u8>, Rejection> {
        Ok(message.body.to_vec())
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, body: Vec<u8>, _: &Incoming) -> Result<(), Rejection> {
        sqlx::query("insert into heard (body) values ($1)").bind(&body).execute(tx).await?;
        Ok(())
    }
}

#[tokio::test]
async fn what_carrying_and_hearing_a_message_asks_of_the_database_is_written_down() {
    let world = World::new().await;
    let under = async |ctx: &Context| {
        let meter = Meter::of(world.database(ctx)).await;
        let mut ctx = ctx.clone();
        ctx.endpoint.pool = meter.pool.clone();
        (ctx, meter)
    };
    let ((teller, telling), (hearer, hearing)) = (under(&world.teller).await, under(&world.hearer).await);
    hearer.consume(CASES_SCREENED, Writes);
    let mut relay = teller.manual_relay();
    // The first time, streams are looked at and statements are prepared.
    world.tell(Uuid::from_u128(1), &["first"]).await;
    relay.publish().await.unwrap();
    world.hears(1).await;
    let subject = CASES_SCREENED.filters[0].to_owned();
    let mut all = Vec::new();
    for (what, bodies) in [("one message is carried", vec!["one"]), ("eight messages of one aggregate are carried", vec!["many"; 8])] {
        world.tell(Uuid::from_u128(2), &bodies).await;
        telling.take();
        hearing.take();
        relay.publish().await.unwrap();
        all.push(Done { what, statements: telling.take(), messages: vec![subject.clone(); bodies.len()] });
        if bodies.len() == 1 {
            let look = async || hearing.transactions_with("insert into inbox").pop().ok_or_else(|| "it is not committed yet".to_owned());
            let statements = eventually("a message is heard", SOON, look).await;
            all.push(Done { what: "one message is heard", statements, messages: Vec::new() });
        }
    }
    relay.publish().await.unwrap();
    all.push(Done { what: "nothing waits", statements: telling.take(), messages: Vec::new() });
    hold(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/round_trips.txt"), &all);
}
