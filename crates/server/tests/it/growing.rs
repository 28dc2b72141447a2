//! A million finished messages: the rows that a poll of the outbox and the inbox reads do not grow with them.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use base::database::{Actor, begin};
use harness::wait::eventually;
use messaging::{leftovers::Leftovers, outbox};
use sqlx::{Executor, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;
use vault::Vault;

use crate::{
    carrying::{all_is_carried, must_arrive},
    hearing::{Hear, Writes},
    world::{SOON, World},
};

/// A service some of whose messages are sealed; none of these.
struct Concerns;

impl Leftovers for Concerns {
    const SUBJECTS: &'static [&'static str] = &["ro.safety.raise.*"];

    async fn seal(&self, _: &mut PgConnection, _: &Vault, _: OffsetDateTime) -> sqlx::Result<usize> {
        Ok(0)
    }
}

const READ: &str = "select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::int8
     from pg_stat_user_tables where relname in ('outbox', 'inbox', 'quarantine')";
/// Rows that are read for one message, all looks included; far above what is, and far below what a million would make of it.
const OF_ONE: i64 = 200;

#[tokio::test]
async fn with_a_million_finished_messages_a_look_reads_no_more_rows_than_with_none() {
    let world = World::new().await;
    for database in [&world.teller, &world.hearer] {
        let filled = "
            insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, created_at, next_attempt_at, carried_at, confirmed_at,
                attempt, copies, stream, stream_sequence)
            select gen_random_uuid(), gen_random_uuid(), 'ro.intake.event.' || (n % 40), 'x', n % 10 = 0, n % 10 = 0, now(), now(), now(),
                case when n % 10 = 0 then now() end, 1, 1, 'RO_OLD', n
            from generate_series(1, 1000000) as n;
            insert into inbox (consumer, event_id, received_at)
            select 'cases-referral-screened', 'ro.intake.event.x|' || n, now() from generate_series(1, 1000000) as n;
            insert into bus_stream (name, created_at, server, looked_at) values ('RO_OLD', now(), '', now());
            analyze outbox; analyze inbox;";
        world.admin(database).execute(filled).await.unwrap();
    }
    let read = async || {
        let mut read = 0;
        for database in [&world.teller, &world.hearer] {
            // What the connections have counted is told a second later.
            for _ in 0..3 {
                sqlx::query("select pg_stat_force_next_flush()").execute(world.admin(database)).await.unwrap();
            }
            read += world.count(database, READ).await;
        }
        read
    };
    let settled = async || {
        let seen = Cell::new((read().await, Instant::now()));
        eventually("nothing more is counted", SOON, async || {
            let (before, since) = seen.get();
            let now = read().await;
            if now != before {
                seen.set((now, Instant::now()));
            }
            // The connections tell within a second what they have counted.
            if now == before && since.elapsed() > Duration::from_millis(1_500) { Ok(now) } else { Err(now.to_string()) }
        })
        .await
    };
    let before = settled().await;
    world.hearer.hear_screenings(Writes::default());
    world.teller.publish_outbox();
    for n in 0..50 {
        world.tell(Uuid::from_u128(n), &["of today"]).await;
    }
    world.hears(50).await;
    must_arrive(&world, 1_000).await;
    all_is_carried(&world).await;
    let now = world.teller.clock.now();
    let vault = harness::vault::vault("intake", &world.teller.clock);
    messaging::leftovers::seal_leftovers(&world.teller.pool, &vault, &Concerns, now).await.unwrap();
    let mut tx = begin(&world.teller.pool, &Actor::service("intake")).await.unwrap();
    let later = now + time::Duration::seconds(5);
    assert_eq!(outbox::unconfirmed(&mut tx, &vault, (&["*"], &[]), later, 10).await.unwrap().open.len(), 1);
    assert!(outbox::confirm(&mut tx, Uuid::from_u128(1_000), now).await.unwrap());
    tx.commit().await.unwrap();
    world.teller.stop.cancel();
    world.hearer.stop.cancel();
    let all = settled().await - before;
    assert!((50..51 * OF_ONE).contains(&all), "{all} rows were read for 51 messages");
}
