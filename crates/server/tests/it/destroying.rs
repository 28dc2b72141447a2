//! Destruction orders: checked by the receiver, delayed, stoppable, and executed once.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
};

use audit_log::Signer;
use aws_lc_rs::{rand::SystemRandom, signature::Ed25519KeyPair};
use base::{
    Clock,
    database::{Actor, begin},
};
use destruction::{Orders, Receiver, Signed};
use harness::database::{Database, OWNER, fresh};
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use time::{Duration, macros::datetime};
use uuid::Uuid;

const SERVICE: &str = "cases";
const WAIT: Duration = Duration::HOUR;
const ONE: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

/// Destroys rows of a table; an order is an id and a signature.
#[derive(Default)]
struct Shredder {
    /// Another service says that it is needed.
    needed: AtomicBool,
    /// It says nothing.
    silent: AtomicBool,
}

impl Receiver for Shredder {
    type Order = Uuid;
    const MAKER: &'static str = "intake";
    const KIND: &'static str = "shred";

    fn read(&self, body: &[u8]) -> Result<Signed<Uuid>, Rejection> {
        let (id, signature) = body.split_first_chunk::<16>().ok_or_else(|| Rejection::Later("short".to_owned()))?;
        let about = Uuid::from_bytes(*id);
        Ok(Signed { about, values: vec![about.to_string()], signature: signature.to_vec(), order: about })
    }

    async fn forbids(&self, tx: &mut PgConnection, order: &Uuid) -> base::Result<Option<&'static str>> {
        let kept: bool = sqlx::query_scalar("select kept from paper where id = $1").bind(order).fetch_one(tx).await?;
        Ok(kept.then_some("paper-is-kept"))
    }

    async fn keeps(&self, _: &Uuid) -> base::Result<Option<&'static str>> {
        if self.silent.load(Ordering::Relaxed) {
            return Err(base::Error::Internal("nobody answers".to_owned()));
        }
        Ok(self.needed.load(Ordering::Relaxed).then_some("still-needed"))
    }

    async fn carry_out(&self, tx: &mut PgConnection, order: Uuid) -> base::Result<()> {
        sqlx::query("update paper set shredded = shredded + 1 where id = $1").bind(order).execute(tx).await?;
        Ok(())
    }
}

struct Office {
    db: Database,
    clock: Clock,
    signer: Signer,
    orders: Orders<Shredder>,
}

fn signer() -> Signer {
    Signer::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap().as_ref()).unwrap()
}

impl Office {
    async fn open() -> Self {
        let db = fresh(&[&server::MIGRATOR]).await;
        let table = format!(
            "set role {OWNER}; create table paper (id uuid primary key, kept boolean not null default false, shredded int not null default 0);
             insert into paper (id) values ('{ONE}'), ('{OTHER}'); reset role"
        );
        sqlx::raw_sql(AssertSqlSafe(table)).execute(&db.admin).await.unwrap();
        let (clock, signer) = (Clock::fixed(datetime!(2026-11-22 13:00 UTC)), signer());
        let orders = Orders { receiver: Shredder::default(), key: Some(signer.public()), clock: clock.clone(), wait: WAIT };
        Self { db, clock, signer, orders }
    }

    fn signed(&self, about: Uuid) -> Vec<u8> {
        order(&self.signer, "shred", about)
    }

    /// As the bus brings it.
    async fn hear(&self, body: Vec<u8>) -> Result<(), Rejection> {
        let message = Incoming { event_id: "1".into(), subject: "shred".into(), body: body.into(), headers: BTreeMap::new(), attempt: 1 };
        let work = self.orders.read(&message).await?;
        let mut tx = begin(&self.db.pool, &Actor::service(SERVICE)).await.unwrap();
        self.orders.apply(&mut tx, &mut Fresh::default(), work, &message).await?;
        tx.commit().await.unwrap();
        Ok(())
    }

    async fn look(&self) -> usize {
        self.orders.look(&self.db.pool, SERVICE).await.unwrap()
    }

    /// What an operator does, with the login of the service.
    async fn operator(&self, sql: &'static str) {
        let mut tx = begin(&self.db.pool, &Actor::service(SERVICE)).await.unwrap();
        tx.execute(sql).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn shredded(&self, id: Uuid) -> i32 {
        sqlx::query_scalar("select shredded from paper where id = $1").bind(id).fetch_one(&self.db.admin).await.unwrap()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.db.admin).await.unwrap()
    }
}

fn order(signer: &Signer, kind: &str, about: Uuid) -> Vec<u8> {
    let signature = signer.sign_row(kind, &[&about.to_string()]);
    [about.as_bytes().as_slice(), &signature].concat()
}

fn reason(heard: Result<(), Rejection>) -> &'static str {
    match heard {
        Err(Rejection::Never { reason, .. }) => reason,
        _ => "taken",
    }
}

#[tokio::test]
async fn an_order_that_its_maker_has_not_signed_destroys_nothing() {
    let office = Office::open().await;
    let mut changed = office.signed(ONE);
    changed.splice(..16, *OTHER.as_bytes());
    for (body, why) in [
        (ONE.as_bytes().to_vec(), "no signature"),
        (order(&signer(), "shred", ONE), "another key"),
        (order(&office.signer, "certificate", ONE), "a signature over something else"),
        (changed, "a signature over another order"),
    ] {
        assert_eq!(reason(office.hear(body).await), "order-not-genuine", "{why}");
    }
    let unable = Orders { receiver: Shredder::default(), key: None, clock: office.clock.clone(), wait: WAIT };
    let office = Office { orders: unable, ..office };
    assert_eq!(reason(office.hear(office.signed(ONE)).await), "order-not-genuine", "without a key nothing can be checked");
    office.clock.advance(WAIT * 2);
    assert_eq!((office.look().await, office.shredded(ONE).await, office.shredded(OTHER).await), (0, 0, 0));
}

#[tokio::test]
async fn a_row_that_somebody_wrote_into_the_table_of_orders_destroys_nothing() {
    let office = Office::open().await;
    office.operator("insert into destruction (kind, about, body, heard_at, due_at) values ('shred', '00000000-0000-0000-0000-000000000001', '\\x00000000000000000000000000000001ff', now(), '2026-01-01Z')").await;
    office.hear(office.signed(OTHER)).await.unwrap();
    // An order that is genuine, written under another thing.
    office.operator("insert into destruction (kind, about, body, heard_at, due_at) select kind, '00000000-0000-0000-0000-000000000003', body, heard_at, '2026-01-01Z' from destruction where about = '00000000-0000-0000-0000-000000000002'").await;
    assert_eq!((office.look().await, office.shredded(ONE).await, office.shredded(OTHER).await), (2, 0, 0));
    assert_eq!(office.count("select count(*) from destruction where refused_for = 'order-not-genuine'").await, 2);
}

#[tokio::test]
async fn what_is_to_be_destroyed_waits_and_an_operator_can_stop_it_until_then_and_let_it_go_on() {
    let office = Office::open().await;
    office.hear(office.signed(ONE)).await.unwrap();
    office.hear(office.signed(OTHER)).await.unwrap();
    assert_eq!((office.look().await, office.shredded(ONE).await), (0, 0));
    office.operator("update destruction set stopped_at = now(), stopped_because = 'the wrong case' where about = '00000000-0000-0000-0000-000000000001'").await;
    office.clock.advance(WAIT);
    assert_eq!((office.look().await, office.shredded(ONE).await, office.shredded(OTHER).await), (1, 0, 1));
    let noted = "select count(*) from audit_staged where action = 'destruction.stop' and object = '00000000-0000-0000-0000-000000000001'";
    assert_eq!((office.count(noted).await, office.look().await, office.count(noted).await), (1, 0, 1));
    // The same order once more lifts no stop.
    office.hear(office.signed(ONE)).await.unwrap();
    office.clock.advance(WAIT * 2);
    assert_eq!((office.look().await, office.shredded(ONE).await), (0, 0));
    office.operator("update destruction set stopped_at = null, stopped_because = null, stop_noted = false").await;
    assert_eq!((office.look().await, office.shredded(ONE).await), (1, 1));
}

#[tokio::test]
async fn what_stands_against_an_order_is_asked_when_it_is_heard_and_again_when_it_is_due() {
    let office = Office::open().await;
    let keep = "update paper set kept = true";
    office.hear(office.signed(ONE)).await.unwrap();
    office.db.admin.execute(keep).await.unwrap();
    assert_eq!(reason(office.hear(office.signed(OTHER)).await), "paper-is-kept");
    office.clock.advance(WAIT);
    assert_eq!((office.look().await, office.shredded(ONE).await, office.look().await), (1, 0, 0));
    assert_eq!(office.count("select count(*) from destruction where refused_for = 'paper-is-kept'").await, 1);
}

#[tokio::test]
async fn an_order_that_is_heard_again_is_put_off_by_nothing_and_carried_out_once_by_several_instances() {
    let office = Office::open().await;
    office.hear(office.signed(ONE)).await.unwrap();
    office.clock.advance(WAIT);
    office.hear(office.signed(ONE)).await.unwrap();
    let (one, other) = tokio::join!(office.look(), office.look());
    assert_eq!((one + other, office.shredded(ONE).await), (1, 1));
    // Told anew after it was carried out, it is carried out and answered anew, and waits again before that.
    office.hear(office.signed(ONE)).await.unwrap();
    assert_eq!(office.look().await, 0);
    office.clock.advance(WAIT);
    assert_eq!((office.look().await, office.shredded(ONE).await), (1, 2));
}

#[tokio::test]
async fn an_order_that_cannot_be_carried_out_stops_no_other_and_is_tried_again() {
    let office = Office::open().await;
    office.hear(office.signed(ONE)).await.unwrap();
    office.hear(office.signed(OTHER)).await.unwrap();
    office
        .db
        .admin
        .execute("alter table paper add constraint broken check (shredded = 0 or id <> '00000000-0000-0000-0000-000000000001')")
        .await
        .unwrap();
    office.clock.advance(WAIT);
    assert_eq!((office.look().await, office.shredded(ONE).await, office.shredded(OTHER).await), (1, 0, 1));
    office.db.admin.execute("alter table paper drop constraint broken").await.unwrap();
    office.clock.advance(Duration::MINUTE);
    assert_eq!((office.look().await, office.shredded(ONE).await), (1, 1));
}

#[tokio::test]
async fn what_another_service_still_needs_or_says_nothing_of_waits_and_goes_once_it_is_let_go() {
    let office = Office::open().await;
    office.hear(office.signed(ONE)).await.unwrap();
    office.clock.advance(WAIT);
    office.orders.receiver.needed.store(true, Ordering::Relaxed);
    assert_eq!((office.look().await, office.shredded(ONE).await), (0, 0));
    assert_eq!(office.count("select count(*) from destruction where kept_for = 'still-needed' and ended_at is null").await, 1);
    office.orders.receiver.needed.store(false, Ordering::Relaxed);
    office.orders.receiver.silent.store(true, Ordering::Relaxed);
    office.clock.advance(WAIT);
    assert_eq!((office.look().await, office.shredded(ONE).await), (0, 0), "nothing is destroyed on silence");
    office.orders.receiver.silent.store(false, Ordering::Relaxed);
    office.clock.advance(WAIT);
    assert_eq!((office.look().await, office.shredded(ONE).await), (1, 1));
    assert_eq!(office.count("select count(*) from destruction where kept_for is null and ended_at is not null").await, 1);
}
