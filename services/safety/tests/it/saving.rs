//! Raises from the bus that cannot be recorded, for any reason: a minimal concern rings.

use std::time::Duration;

use base::Ids;
use clap::Parser;
use harness::{bus::TestBus, wait::eventually};
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use prost::Message;
use proto::{safety::v1, subject::SAFETY_RAISES};
use safety::bus::{Raised, Read};
use server::{Context, Process};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::world::{World, imminent_at};

const SOON: Duration = Duration::from_secs(60);
/// One of each class of the database that has to do with writing, and what is no answer of a database.
const FAILURES: [&str; 16] = [
    "08006", "0A000", "22001", "23505", "25006", "40001", "42P01", "42501", "53100", "54000", "55P03", "57014", "P0001", "XX001", "io",
    "panic",
];

#[derive(Parser)]
struct Config {
    #[command(flatten)]
    server: server::Settings,
}

/// The raises as safety hears them, with failures of this program beside those of the database.
struct Failing(Raised);

impl Handler for Failing {
    type Work = (Read, String);

    const FROM_OUTSIDE: bool = Raised::FROM_OUTSIDE;

    async fn read(&self, message: &Incoming) -> Result<Self::Work, Rejection> {
        let text = message.decode::<v1::Concern>().map(|concern| concern.text).unwrap_or_default();
        Ok((self.0.read(message).await?, text))
    }

    async fn apply(&self, tx: &mut PgConnection, fresh: &mut Fresh, (work, text): Self::Work, message: &Incoming) -> Result<(), Rejection> {
        match text.as_str() {
            "io" => Err(sqlx::Error::Io(std::io::Error::from(std::io::ErrorKind::BrokenPipe)).into()),
            "panic" => std::panic::resume_unwind(Box::new("as the test wants")),
            _ => self.0.apply(tx, fresh, work, message).await,
        }
    }

    async fn save(&self, tx: &mut PgConnection, fresh: &mut Fresh, message: &Incoming) -> Result<(), Rejection> {
        self.0.save(tx, fresh, message).await
    }
}

#[tokio::test]
async fn whatever_keeps_a_raise_from_being_recorded_a_concern_rings_at_its_site_and_the_bytes_are_kept() {
    let (world, bus) = (World::new().await, TestBus::start().await);
    let refusing = "
        create table refused (id uuid, code text); grant select on refused to public;
        create function refuse() returns trigger language plpgsql as $$
        declare refusal text := (select code from refused where id = new.id);
        begin
            if refusal is not null then raise exception using errcode = refusal; end if;
            return new;
        end $$;
        create trigger refuse before insert on concern for each row execute function refuse();";
    sqlx::raw_sql(refusing).execute(&world.db.admin).await.unwrap();
    let process = Process::new(proto::PROGRAMME, "safety", Config::parse_from(["safety"]).server, world.app.clock.clone(), Ids::random());
    let ctx = Context::assemble(process, world.db.pool.clone(), bus.connect("safety").await);
    let site = bus.connect("site-mission").await;
    for (n, how) in FAILURES.into_iter().enumerate() {
        let id = Uuid::from_u128(n as u128 + 1);
        sqlx::query("insert into refused values ($1, $2)").bind(id).bind(how).execute(&world.db.admin).await.unwrap();
        let concern = v1::Concern { concern_id: id.to_string(), text: how.to_owned(), ..imminent_at("mission") };
        site.client.publish("ro.safety.raise.mission", concern.encode_to_vec().into()).await.unwrap();
    }
    site.client.flush().await.unwrap();
    ctx.consume(SAFETY_RAISES, Failing(raised(&world)));
    let all = i64::try_from(FAILURES.len()).unwrap();
    let ringing = "select count(*) from concern where unreadable and site = 'mission' and raised_by = 'bus:mission' and state = 'ringing'";
    eventually("each of them rings", SOON, async || match world.count(ringing).await {
        n if n == all => Ok(()),
        n => Err(n.to_string()),
    })
    .await;
    assert_eq!(world.rings().await.len(), 2 * FAILURES.len(), "both audiences of each");
    assert_eq!(world.count("select count(*) from outbox where subject = 'ro.safety.receipt.mission'").await, all);
    assert!(world.count("select count(*) from quarantine where reason in ('store-refused', 'handler-panicked')").await >= 8);
    // What may still succeed is on the bus, and is recorded as soon as it can be.
    sqlx::raw_sql("delete from refused").execute(&world.db.admin).await.unwrap();
    let id = Uuid::from_u128(6);
    eventually("what passes is recorded in the end", SOON, async || {
        let found: i64 = sqlx::query_scalar("select count(*) from concern where id = $1 and not unreadable")
            .bind(id)
            .fetch_one(&world.db.admin)
            .await
            .unwrap();
        if found == 1 { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;
}

fn raised(world: &World) -> Raised {
    Raised { app: world.app.clone(), consumer: SAFETY_RAISES.name }
}
