//! Cost that does not grow: every statement of the engine, the guard and the watchers finds its rows by an index, despite many closed
//! concerns.

use std::time::Instant;

use safety::{
    app::{
        alarm::{
            read_concerns::{self, Depth},
            reconcile::{self, Missing},
        },
        row_security,
    },
    domain::alarm::concern::Audience,
    store::alarm::list::Wanted,
};
use sqlx::Row;
use uuid::Uuid;

use crate::world::{World, imminent_at, officer};

/// Closed concerns of the measurement; a million with `RO_CLOSED=1000000`.
#[expect(clippy::disallowed_methods, reason = "how many is said for a run on demand alone")]
fn many() -> i64 {
    std::env::var("RO_CLOSED").ok().and_then(|many| many.parse().ok()).unwrap_or(20_000)
}

async fn close_many(world: &World) {
    let like = world.raise(imminent_at("mission")).await.id;
    let closed = format!(
        "insert into concern (id, reference, grade, site, content, unreadable, raised_by, raised_at, state, revision, ladder_version, closed_at,
                closed_by, outcome, entered_at)
         select gen_random_uuid(), 'RS-' || n, 'concern', 'mission', '', false, 'someone', now() - interval '1 year', 'closed', 4, 1,
                now() - interval '300 days', 'officer-1', '', now() from generate_series(1, {0}) n;
         insert into audience (concern_id, kind, office, rung_from, rung_at, step, level, rings, delivered_at, accepted_at, accepted_by,
                accepted_knowing)
         select c.id, kind, 'rj-unit', raised_at, raised_at, 0, 0, 1, raised_at, raised_at, 'officer-1', 1
         from concern c cross join (values ('nhq'), ('responsible-head')) k (kind) where c.id <> '{like}';
         insert into former_audience (concern_id, office, rung_from, rung_at, step, level, rings, ended_at)
         select id, 'institutional-head/kent', raised_at, raised_at, 0, 0, 1, raised_at from concern where id <> '{like}';
         insert into timeline (concern_id, revision, what, actor, at)
         select id, n, 'rung', 'service:safety', raised_at from concern cross join generate_series(2, 4) n where id <> '{like}';
         insert into ring (id, concern_id, audience, office, step, event_id, rung_at, delivered_at)
         select gen_random_uuid(), concern_id, kind, office, 0, gen_random_uuid(), rung_from, rung_from from audience
         where concern_id <> '{like}';
         insert into audit_entry (position, at, actor, action, kind, object, outcome, reason)
         select row_number() over () + 1000, raised_at, 'someone', 'concern.raise', 'concern', id::text, 'granted', '' from concern;
         analyze",
        many()
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(closed)).execute(&world.db.admin).await.unwrap();
}

/// Tables that only grow.
const GROWING: [&str; 6] = ["concern", "audience", "former_audience", "ring", "timeline", "audit_entry"];

/// Every statement of this service, with the number of its parameters, as it was checked against the database.
fn statements() -> Vec<(String, usize)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(".sqlx");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let checked: serde_json::Value = serde_json::from_slice(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap();
        let parameters = checked["describe"]["parameters"]["Left"].as_array().map(Vec::len).unwrap_or_default();
        (checked["query"].as_str().unwrap().to_owned(), parameters)
    };
    std::fs::read_dir(folder).unwrap().map(read).collect()
}

/// The steps of the plan that PostgreSQL keeps for a statement, whatever its parameters are.
async fn plan(db: &mut sqlx::PgConnection, (statement, parameters): &(String, usize)) -> Vec<String> {
    let prepare = format!("deallocate all; set plan_cache_mode = force_generic_plan; prepare asked as {statement}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(prepare)).execute(&mut *db).await.unwrap();
    let given = if *parameters == 0 { String::new() } else { format!("({})", vec!["null"; *parameters].join(", ")) };
    let explain = sqlx::AssertSqlSafe(format!("explain execute asked{given}"));
    let rows = sqlx::raw_sql(explain).fetch_all(db).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0)).collect()
}

#[tokio::test]
async fn every_statement_of_the_alarm_finds_its_rows_by_an_index_however_many_concerns_are_closed() {
    let world = World::new().await;
    close_many(&world).await;
    let mut db = world.db.admin.acquire().await.unwrap();
    let (mut walks, statements) = (Vec::new(), statements());
    assert!(statements.len() > 60, "only {} statements were found", statements.len());
    // Asked once, at a start.
    let at_a_start = |statement: &str| statement.contains(r#"as "done!""#);
    for statement in statements.iter().filter(|statement| !at_a_start(&statement.0)) {
        for step in plan(&mut db, statement).await {
            let table = GROWING.iter().find(|table| step.contains(&format!("Seq Scan on {table} ")));
            walks.extend(table.map(|table| format!("{table}: {}", statement.0)));
        }
    }
    assert_eq!(walks, Vec::<String>::new(), "these read every row there ever was");
}

/// Read the figures with `RO_CLOSED=1000000 cargo test -p safety a_tick_takes -- --nocapture`.
#[tokio::test]
async fn a_tick_takes_as_long_beside_a_million_closed_concerns() {
    let world = World::new().await;
    close_many(&world).await;
    let open: Vec<Uuid> = {
        let mut open = Vec::new();
        for _ in 0..3 {
            open.push(world.raise(imminent_at("mission")).await.id);
        }
        open
    };
    sqlx::raw_sql("analyze").execute(&world.db.admin).await.unwrap();
    let mut missing = Missing::new();
    let pairs: Vec<_> = open.iter().map(|id| (*id, Audience::Nhq)).collect();
    let round = async |missing: &mut Missing| {
        world.app.clock.advance(time::Duration::minutes(6));
        let rung = world.tick().await;
        reconcile::check(&world.db.pool, &world.app, missing).await.unwrap();
        reconcile::compare(&world.db.pool, &world.app, &pairs, true).await.unwrap();
        let mut tx = world.begin(&row_security::itself()).await;
        safety::store::alarm::concern::revisions(&mut tx, world.app.clock.now() - time::Duration::minutes(5)).await.unwrap();
        let viewer = read_concerns::viewer(&mut tx, &world.app, &officer()).await.unwrap();
        read_concerns::list(&mut tx, &world.app.vault, &viewer, (&Wanted::default(), Depth::Said), None, 50).await.unwrap();
        rung
    };
    round(&mut missing).await;
    let begun = Instant::now();
    assert_eq!(round(&mut missing).await, 8);
    println!("a round of the engine, the guard and the watchers beside {} closed concerns: {:?}", many(), begun.elapsed());
}
