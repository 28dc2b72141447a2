//! Cost of a page and of a pass over pending items: each reads its own rows, however many have finished and however many wait.

use base::database::{Actor, begin};
use messaging::leftovers::Leftovers;
use notification::{
    domain::{concern::Settlement, delivery::Reason, mail::lane::Lane},
    store::{self, sealed::InClear},
};
use proto::safety::v1::{Audience, Grade};
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Transaction};
use time::Duration;
use uuid::Uuid;

use crate::world::{START, World, ring, world};

/// Finished rows in each table that only grows.
const MANY: i64 = 30_000;

/// Rows that this transaction has read of our tables so far.
async fn read(db: &mut PgConnection) -> i64 {
    let sql = "select coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint from pg_stat_xact_user_tables
               where relname in ('inbox_item', 'delivery', 'guarded', 'ring', 'contact_point')";
    sqlx::query_scalar(sql).fetch_one(db).await.unwrap()
}

async fn filled() -> World {
    let world = world().await;
    for n in 0..3_u16 {
        let name = format!("head-{n}");
        world.prefers(&name, "en", &format!("person{n}@csc-scc.gc.ca")).await.unwrap();
        let mut ring = ring(n, Audience::Nhq, Grade::Concern, &[("rj-unit", &name)]);
        (ring.concern_id, ring.next_ring_at) = (Uuid::from_u128(u128::from(n) + 1).to_string(), Some(base::wire::timestamp(START)));
        world.by_bus(&ring).await.unwrap();
    }
    for sql in [
        format!(
            "insert into inbox_item (item_id, recipient, template, about, audience, reference, grade, language, title, body, envelope_sealed,
                                     title_sealed, body_sealed, created_at, last_rung_at, read_at, read_by)
             select gen_random_uuid(), 'rj-unit', 'concern-ring', gen_random_uuid(), 'nhq', 'RS', 'concern', 'en', '', '', '', '', '',
                    '2025-01-01Z'::timestamptz + n * interval '1 second', '2025-01-01Z'::timestamptz + n * interval '1 second', now(), 'x'
             from generate_series(1, {MANY}) n"
        ),
        "insert into delivery (delivery_id, item_id, recipient, template, channel, state, language, reference, grade, attempts, created_at, due_at, finished_at)
         select gen_random_uuid(), item_id, recipient, template, 'email', 'delivered', 'en', 'RS', 'concern', 1, created_at, created_at, created_at
         from inbox_item where read_at is not null".to_owned(),
        "insert into guarded (concern_id, audience, reference, grade, next_ring_by, heard_at, settled_at, closed_at)
         select about, 'nhq', 'RS', 'concern', created_at, created_at, created_at, created_at from inbox_item where read_at is not null".to_owned(),
        "insert into ring (ring_id, concern_id, audience, step, level, no_route, delivered_at)
         select gen_random_uuid(), about, 'nhq', 0, 0, false, created_at from inbox_item where read_at is not null".to_owned(),
    ] {
        sqlx::query(AssertSqlSafe(sql)).execute(&world.admin).await.unwrap();
    }
    for table in ["inbox_item", "delivery", "guarded", "ring"] {
        sqlx::query(AssertSqlSafe(format!("vacuum analyze {table}"))).execute(&world.admin).await.unwrap();
    }
    world
}

async fn service(world: &World) -> Transaction<'static, Postgres> {
    begin(&world.app.pool, &Actor::service("notification")).await.unwrap()
}

#[tokio::test]
async fn a_pass_over_what_waits_costs_the_same_with_thirty_thousand_finished_rows() {
    let world = filled().await;
    let (now, vault, concern) = (world.clock.now(), &world.app.vault, proto::id::ConcernId::new(Uuid::from_u128(1)));
    let mut cost = Vec::new();
    let mut tx = service(&world).await;
    let mut before = 0;
    let mut done = |what: &'static str, after: i64| {
        cost.push((what, after - before));
        before = after;
    };
    for lane in Lane::ALL {
        let leased = store::mail::lease(&mut tx, lane, now, now + Duration::MINUTE, 20).await.unwrap();
        assert_eq!(leased.len(), if lane == Lane::Ring { 3 } else { 0 });
    }
    done("leasing mails", read(&mut tx).await);
    for lane in Lane::ALL {
        store::mail::take_step_back(&mut tx, lane, now, Duration::MINUTE).await.unwrap();
    }
    done("looking for a clock set back, mails", read(&mut tx).await);
    assert_eq!(store::alarm_guard::ringing(&mut tx, 2_000).await.unwrap().len(), 3);
    assert!(store::alarm_guard::accepted(&mut tx, &(Uuid::nil(), String::new()), 2_000).await.unwrap().is_empty());
    store::alarm_guard::take_step_back(&mut tx, now).await.unwrap();
    done("guarding", read(&mut tx).await);
    store::alarm_guard::listeners(&mut tx, concern, notification::domain::concern::Audience::Nhq).await.unwrap();
    done("who listens", read(&mut tx).await);
    store::concern::settle(&mut tx, &[Settlement { concern, audience: None }], Reason::Accepted, now).await.unwrap();
    done("an acceptance", read(&mut tx).await);
    store::purge::told(&mut tx, &[concern.uuid()]).await.unwrap();
    done("what was told of a thing", read(&mut tx).await);
    for unread_only in [true, false] {
        let (items, _) =
            store::inbox::list(&mut tx, vault, &["rj-unit".to_owned(), "nobody".to_owned()], unread_only, None, 20).await.unwrap();
        assert_eq!(items.len(), if unread_only { 3 } else { 20 });
    }
    done("two pages of an inbox", read(&mut tx).await);
    assert!(cost.iter().all(|(_, rows)| *rows < 200), "rows read: {cost:?}");
}

/// Rows that wait in each list.
const WAITING: i64 = 10_000;

/// Ten thousand of everything that waits: unread alarms and notices of one office, mails of each lane and mails that wait for their pause,
/// concerns that ring and concerns that were accepted, preferences and contacts.
async fn crowded() -> World {
    let world = world().await;
    let rows = format!(
        "create temp table n as select n, timestamptz '2025-01-01Z' + n * interval '1 second' as at, md5(n::text)::uuid as id
         from generate_series(1, {WAITING}) n;
         insert into inbox_item (item_id, recipient, template, about, audience, reference, grade, language, title, body, envelope_sealed,
                                 title_sealed, body_sealed, created_at, last_rung_at)
         select gen_random_uuid(), 'rj-unit', 'concern-ring', id, 'nhq', 'RS', 'concern', 'en', '', '', '', '', '', at, at from n;
         insert into inbox_item (item_id, recipient, template, about, reference, language, title, body, title_sealed, body_sealed,
                                 created_at, last_rung_at)
         select gen_random_uuid(), 'rj-unit', 'referral-received', id, 'RN', 'en', '', '', '', '', at, at from n;
         insert into delivery (delivery_id, recipient, template, channel, state, language, reference, grade, attempts, created_at, due_at)
         select gen_random_uuid(), 'x', 'x', 'email', 'pending', 'en', 'RS', grade, 0, at, at
         from n, (values (null), ('imminent'), ('concern'), ('question')) as lane (grade);
         insert into delivery (delivery_id, recipient, template, channel, state, language, reference, grade, attempts, created_at, due_at)
         select gen_random_uuid(), 'x', 'x', 'email', 'retrying', 'en', 'RS', grade, 9, at, '2026-01-05 12:14Z'
         from n, (values (null), ('concern')) as lane (grade);
         insert into guarded (concern_id, audience, reference, grade, next_ring_by, heard_at)
         select id, 'nhq', 'RS', 'concern', at, at from n;
         insert into guarded (concern_id, audience, reference, grade, next_ring_by, heard_at, settled_at)
         select id, 'responsible-head', 'RS', 'concern', at, at, at from n;
         insert into preference (subject, email_sealed, updated_at) select 'person-' || n, 'sealed', at from n;
         insert into contact_point (contact_id, victim_ref, region, kind, value, value_sealed, safe_contact, do_not_contact, receipt_number,
                                    effective_at, taken_at, in_one_form)
         select id, 'hmac-sha256:' || n, 'pacific', 'phone', '', 'sealed', '', false, '', at, at, true from n"
    );
    sqlx::raw_sql(AssertSqlSafe(rows)).execute(&world.admin).await.unwrap();
    world
}

/// Rows that this connection has read of our tables so far: by walking them, and by an index.
async fn walked_and_found(db: &mut PgConnection) -> (i64, i64) {
    let sql = "select coalesce(sum(seq_tup_read), 0)::bigint, coalesce(sum(idx_tup_fetch), 0)::bigint from pg_stat_xact_user_tables
               where relname in ('inbox_item', 'delivery', 'guarded', 'ring', 'contact_point', 'preference')";
    sqlx::query_as(sql).fetch_one(db).await.unwrap()
}

#[tokio::test]
async fn a_page_a_lease_and_a_look_of_the_guard_read_their_own_rows_however_many_wait() {
    const FEW: i64 = 200;
    const LOOK: i64 = 2_000;
    let world = crowded().await;
    let (now, vault) = (world.clock.now(), &world.app.vault);
    for known_to_the_planner in [false, true] {
        if known_to_the_planner {
            sqlx::raw_sql("analyze").execute(&world.admin).await.unwrap();
        }
        let mut tx = service(&world).await;
        let mut before = walked_and_found(&mut tx).await;
        let mut at_most = |what: &str, limit: i64, after: (i64, i64)| {
            let (walked, found) = (after.0 - before.0, after.1 - before.1);
            assert!(walked == 0 && found <= limit, "{what}: {walked} rows are walked and {found} found, planner {known_to_the_planner}");
            before = after;
        };
        for unread_only in [true, false] {
            let names = ["rj-unit".to_owned(), "nobody".to_owned()];
            let (items, next) = store::inbox::list(&mut tx, vault, &names, unread_only, None, 20).await.unwrap();
            assert_eq!(items.len(), 20);
            at_most("a page", FEW, walked_and_found(&mut tx).await);
            store::inbox::list(&mut tx, vault, &names, unread_only, next, 20).await.unwrap();
            at_most("the next page", FEW, walked_and_found(&mut tx).await);
        }
        store::delivery::list(&mut tx, None, 50).await.unwrap();
        store::delivery::list_of(&mut tx, "RS-7KDM-Q4XP", None, 50).await.unwrap();
        at_most("a page of the ledger", FEW, walked_and_found(&mut tx).await);
        for lane in Lane::ALL {
            assert_eq!(store::mail::lease(&mut tx, lane, now, now + Duration::MINUTE, 20).await.unwrap().len(), 20);
            at_most("leasing mails", FEW, walked_and_found(&mut tx).await);
        }
        store::alarm_guard::take_step_back(&mut tx, now).await.unwrap();
        at_most("looking for a clock set back, guard", FEW, walked_and_found(&mut tx).await);
        assert_eq!(store::alarm_guard::ringing(&mut tx, LOOK).await.unwrap().len(), 2_000);
        at_most("what rings", LOOK + FEW, walked_and_found(&mut tx).await);
        assert_eq!(store::alarm_guard::accepted(&mut tx, &(Uuid::nil(), String::new()), LOOK).await.unwrap().len(), 2_000);
        at_most("what was accepted", LOOK + FEW, walked_and_found(&mut tx).await);
        let concern = store::alarm_guard::ringing(&mut tx, 1).await.unwrap().remove(0).concern;
        at_most("what rings first", FEW, walked_and_found(&mut tx).await);
        let closed = Settlement { concern, audience: None };
        store::concern::settle(&mut tx, &[closed], Reason::Accepted, now).await.unwrap();
        at_most("a closing", FEW, walked_and_found(&mut tx).await);
        assert_eq!(InClear.seal(&mut tx, vault, now).await.unwrap(), 0);
        at_most("the look for what is in clear", FEW, walked_and_found(&mut tx).await);
        tx.rollback().await.unwrap();
    }
}
