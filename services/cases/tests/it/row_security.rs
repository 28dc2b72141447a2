//! Row security of cases: what the database itself shows when the check of the application is forgotten [R3c, D-mediator, TRAP-6].

use std::collections::BTreeMap;

use base::database::{Actor, begin};
use cases::{
    app::{App, case::read::get_case},
    domain::{assessment::Risk, consent::Status},
};
use harness::{cost, row_security};
use sqlx::{Executor, PgConnection};

use crate::world::{NOW, Opened, World, caller, mediator, officer};

/// Two cases with everything on their files; mediator-1 has the first, mediator-2 the second.
async fn two_cases() -> (World, Opened, Opened) {
    let world = World::new().await;
    let (first, second) = (world.open().await, world.open().await);
    for (case, mediator) in [(&first, "mediator-1"), (&second, "mediator-2")] {
        world.assign(case, mediator).await;
        world.assess(case, case.offender, Risk::Imminent, "notes", "for the head").await.unwrap();
        world.consent(case, case.victim, "letter", Status::Offered).await.unwrap();
    }
    (world, first, second)
}

async fn texts(db: &mut PgConnection, query: &'static str) -> Vec<String> {
    sqlx::query_scalar(query).fetch_all(db).await.unwrap()
}

fn counts(all: &[(&str, i64)]) -> BTreeMap<String, i64> {
    all.iter().map(|(table, rows)| ((*table).to_owned(), *rows)).collect()
}

#[tokio::test]
async fn a_forgotten_where_shows_a_mediator_nothing_of_another_mediators_case() {
    let (world, _, second) = two_cases().await;
    let mut tx = world.app.begin(&mediator("mediator-2")).await.unwrap();
    let expected = [
        ("case_file", 1),
        ("participant", 2),
        ("assessment", 1),
        ("consent_record", 1),
        ("case_move", 1),
        ("case_access", 2),
        ("case_concern", 1),
        // The concern opened it.
        ("review", 1),
        ("review_event", 1),
        // The concern froze it: everyone on it is told of to other services.
        ("contact_stop", 2),
        // Two assessments, the schedule and the review of the case, and what is due of the mediator's own entry.
        ("due", 8),
        ("case_step", 4),
        // The mediator's own.
        ("grant_held", 1),
        ("mediator", 1),
        ("mediator_training", 3),
    ];
    assert_eq!(row_security::seen(&mut tx).await, counts(&expected));
    for table in [
        "select distinct id::text from case_file",
        "select distinct case_id::text from participant",
        "select distinct case_id::text from assessment",
        "select distinct case_id::text from consent_record",
        "select distinct case_id::text from case_move",
        "select distinct case_id::text from case_access",
        "select distinct case_id::text from case_concern",
        "select distinct case_id::text from review",
        "select distinct case_id::text from due where case_id is not null",
    ] {
        assert_eq!(texts(&mut tx, table).await, [second.id.as_str()], "{table}");
    }
    // Nor does it change anything of another's.
    assert_eq!(tx.execute("update case_file set indirect_only = true").await.unwrap().rows_affected(), 1);
}

#[tokio::test]
async fn without_the_fence_the_same_question_would_show_everything() {
    let (world, ..) = two_cases().await;
    world.db.admin.execute("alter table participant disable row level security").await.unwrap();
    let mut tx = world.app.begin(&mediator("mediator-2")).await.unwrap();
    let seen = row_security::seen(&mut tx).await;
    assert_eq!((seen["participant"], seen["case_file"]), (4, 1));
}

#[tokio::test]
async fn whoever_may_know_of_no_case_finds_none_in_any_table() {
    let (world, first, _) = two_cases().await;
    let outsiders = [
        mediator("mediator-3"),
        mediator(""),
        caller("mediator-1", &[proto::role::STAFF]),
        caller("head", &[proto::role::INSTITUTIONAL_HEAD]),
        caller("nobody", &[]),
    ];
    for outsider in &outsiders {
        let mut tx = world.app.begin(outsider).await.unwrap();
        assert_eq!(row_security::seen(&mut tx).await, counts(&[]), "{}", outsider.subject);
        let into = format!(
            "insert into participant (id, case_id, kind, name, fps, added_by, added_at) values ('{}', '{}', 'elder', 'x', '', 'x', now())",
            uuid::Uuid::max(),
            first.id
        );
        let refused = tx.execute(sqlx::AssertSqlSafe(into)).await.unwrap_err().to_string();
        assert!(refused.contains("row-level security"), "{refused}");
    }
    let mut nobody = world.app.pool.begin().await.unwrap();
    assert_eq!(row_security::seen(&mut nobody).await, counts(&[]));
}

#[tokio::test]
async fn the_unit_and_the_service_see_every_case_and_only_the_unit_gives_one() {
    let (world, ..) = two_cases().await;
    for actor in [Actor::caller(&officer(), "unit"), Actor::service("cases")] {
        let mut tx = begin(&world.app.pool, &actor).await.unwrap();
        let seen = row_security::seen(&mut tx).await;
        assert_eq!((seen["case_file"], seen["participant"], seen["case_access"]), (2, 4, 4), "{actor:?}");
    }
    let mut tx = world.app.begin(&mediator("mediator-2")).await.unwrap();
    let give = "insert into case_access (case_id, subject, role, since, granted_by, ended_at, ended_by)
                select id, 'friend', 'mediator', now(), 'mediator-2', now(), 'x' from case_file";
    assert!(tx.execute(give).await.unwrap_err().to_string().contains("row-level security"));
}

#[tokio::test]
async fn the_database_shows_a_case_until_the_moment_the_assignment_ends_by_the_clock_of_the_service() {
    let world = World::new().await;
    let case = world.open().await;
    let until = NOW + time::Duration::days(30);
    cases::app::mediator::assign::assign_mediator(&world.app, &officer(), &case.id, "mediator-1", Some(until)).await.unwrap();
    let sees = async || {
        let mut tx = world.app.begin(&mediator("mediator-1")).await.unwrap();
        row_security::seen(&mut tx).await.contains_key("case_file")
    };
    world.app.clock.advance(time::Duration::days(30) - time::Duration::seconds(1));
    assert!(sees().await);
    world.app.clock.advance(time::Duration::seconds(1));
    assert!(!sees().await);
}

#[tokio::test]
async fn every_table_of_cases_is_fenced() {
    assert_eq!(row_security::gaps(&World::new().await.db.admin).await, Vec::<String>::new());
}

/// Read the figures with `cargo test -p cases what_the_second_fence_costs -- --nocapture`.
#[tokio::test]
async fn what_the_second_fence_costs_a_mediator_who_reads_a_case_among_many_is_bounded() {
    let (world, case, _) = two_cases().await;
    for _ in 0..60 {
        let other = world.open().await;
        world.assign(&other, "mediator-2").await;
    }
    // The administrator passes every policy: the same statements without the fence.
    let open = App { pool: world.db.admin.clone(), ..world.app.clone() };
    let who = mediator("mediator-1");
    let read = async |app: &App| assert_eq!(get_case(app, &who, &case.id).await.unwrap().participants.len(), 2);
    let (fenced, free) = cost::undisturbed(150, async || read(&world.app).await, async || read(&open).await).await;
    let ratio = fenced.as_secs_f64() / free.as_secs_f64();
    println!("reading a case: {fenced:?} behind the row_security, {free:?} without, ratio {ratio:.2}");
    assert!(ratio < 4.0, "{ratio}");
}
