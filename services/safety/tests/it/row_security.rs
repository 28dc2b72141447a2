//! Row security of concerns: what the database itself shows of them; it never blocks one.

use base::database::{Actor, begin};
use harness::{cost, row_security};
use proto::role;
use safety::{
    app::{
        alarm::{raise_concern, report::Report},
        row_security as ours,
    },
    domain::alarm::concern::Audience,
    store,
};
use sqlx::Executor;

use crate::world::{World, caller, head_of, imminent_at, officer, one_line};

async fn concerns(world: &World, actor: &Actor) -> i64 {
    let mut tx = world.begin(actor).await;
    row_security::seen(&mut tx).await.get("concern").copied().unwrap_or_default()
}

#[tokio::test]
async fn each_sees_in_the_database_the_concerns_that_are_theirs_and_no_other() {
    let world = World::new().await;
    world.report(imminent_at("mission"), "someone", None).await;
    world.report(imminent_at("kent"), "another", None).await;
    world.report(one_line("no site"), "someone", None).await;
    let sees = [
        (officer(), 3),
        (caller("nmc-1", &[role::NMC_SUPERVISOR], &[]), 3),
        (caller("dashboard-1", &[role::DASHBOARD], &[]), 3),
        (head_of("mission"), 1),
        (head_of("kent"), 1),
        // By the directory alone, without a role.
        (caller("deputy-of-mission", &[], &[]), 1),
        (caller("officer-1", &[], &[]), 0),
        (caller("nmc-1", &[], &[]), 0),
        (head_of("matsqui"), 0),
        (caller("head-of-mission", &[role::STAFF], &["mission"]), 1),
        (caller("mediator-1", &[role::MEDIATOR], &["mission"]), 0),
        (caller("admin-1", &[role::DIRECTORY_ADMINISTRATOR], &[]), 0),
        // What they raised themselves.
        (caller("someone", &[], &[]), 2),
        (caller("", &[role::INSTITUTIONAL_HEAD], &["mission"]), 0),
    ];
    for (who, expected) in sees {
        assert_eq!(concerns(&world, &ours::actor(&who)).await, expected, "{} {:?}", who.subject, who.grants);
    }
    let mut nobody = world.db.pool.begin().await.unwrap();
    assert!(row_security::seen(&mut nobody).await.is_empty());
}

#[tokio::test]
async fn a_head_sees_both_audiences_of_their_concern_and_no_variant_ring_or_timeline() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    world.raise(imminent_at("kent")).await;
    let mut tx = world.begin(&ours::actor(&head_of("mission"))).await;
    let seen = row_security::seen(&mut tx).await;
    assert_eq!((seen["concern"], seen["audience"]), (1, 2));
    for hidden in ["concern_variant", "ring", "timeline", "outbox", "audit_staged", "inbox"] {
        assert!(!seen.contains_key(hidden), "{hidden}");
    }
    assert_eq!(store::alarm::audience::of(&mut tx, concern.id).await.unwrap().len(), 2);
    // They hold the row to accept it; the acceptance itself is written by the service, once it was decided.
    assert!(store::alarm::concern::lock(&mut tx, concern.id).await.unwrap().is_some());
    let forged = tx.execute("update concern set state = 'accepted'").await.unwrap_err().to_string();
    assert!(forged.contains("row-level security"), "{forged}");
}

#[tokio::test]
async fn the_former_head_sees_the_concern_until_somebody_accepts_it() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    world.route(concern.id, "kent").await;
    for site in ["mission", "kent"] {
        assert_eq!(concerns(&world, &ours::actor(&head_of(site))).await, 1, "{site}");
    }
    world.accept(&head_of("kent"), concern.id, Audience::ResponsibleHead).await.unwrap();
    assert_eq!(concerns(&world, &ours::actor(&head_of("kent"))).await, 1);
    assert_eq!(concerns(&world, &ours::actor(&head_of("mission"))).await, 0, "theirs no more");
}

#[tokio::test]
async fn no_policy_refuses_a_concern_whoever_raises_it_and_however_it_is_written() {
    let world = World::new().await;
    for raiser in ["", "a\nb", "service:safety", "'; drop table concern; --", "\u{202e}"] {
        world.report(one_line("help"), raiser, None).await;
    }
    assert_eq!(world.count("select count(*) from concern").await, 5);
    // Without an actor nothing would be recorded: the use case must always bring one.
    let concern = world.raise(one_line("help")).await.id;
    let write = "insert into timeline (concern_id, revision, what, actor, at) values ($1, 9, 'x', 'x', now())";
    let mut nobody = world.db.pool.begin().await.unwrap();
    let kept = sqlx::query(write).bind(concern).execute(&mut *nobody).await.unwrap_err().to_string();
    assert!(kept.contains("row-level security"), "{kept}");
    let mut itself = world.begin(&ours::itself()).await;
    assert_eq!(sqlx::query(write).bind(concern).execute(&mut *itself).await.unwrap().rows_affected(), 1);
}

#[tokio::test]
async fn the_directory_is_written_by_whoever_keeps_it_and_by_nobody_else() {
    let world = World::new().await;
    let give = "insert into office_holder (office, holder, rank, since, assigned_by) values ('nmc', 'friend', 0, now(), 'x')";
    for who in [officer(), head_of("mission"), caller("dashboard-1", &[role::DASHBOARD], &[])] {
        let mut tx = world.begin(&ours::actor(&who)).await;
        assert!(tx.execute(give).await.unwrap_err().to_string().contains("row-level security"), "{}", who.subject);
    }
    let mut tx = world.begin(&ours::actor(&caller("admin-1", &[role::DIRECTORY_ADMINISTRATOR], &[]))).await;
    assert_eq!(tx.execute(give).await.unwrap().rows_affected(), 1);
}

#[tokio::test]
async fn every_table_of_safety_stands_behind_row_security() {
    assert_eq!(row_security::gaps(&World::new().await.db.admin).await, Vec::<String>::new());
}

/// Read the figures with `cargo test -p safety what_the_second_fence_costs -- --nocapture`.
#[tokio::test]
async fn what_the_second_fence_costs_a_raise_is_bounded() {
    let world = World::new().await;
    let raise = async |pool: &sqlx::PgPool| {
        let mut tx = begin(pool, &ours::itself()).await.unwrap();
        let report = Report {
            concern: imminent_at("mission"),
            unreadable: false,
            raised_by: "someone".into(),
            origin_site: None,
            fallback_id: world.app.ids.uuid(),
        };
        raise_concern::raise(&mut tx, &world.app, report).await.unwrap();
        tx.commit().await.unwrap();
    };
    // The administrator passes every policy: the same statements without the fence.
    let (fenced, free) = cost::undisturbed(150, async || raise(&world.db.pool).await, async || raise(&world.db.admin).await).await;
    let ratio = fenced.as_secs_f64() / free.as_secs_f64();
    println!("recording a concern: {fenced:?} behind row security, {free:?} without, ratio {ratio:.2}");
    assert!(ratio < 3.0, "{ratio}");
}
