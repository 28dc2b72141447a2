//! Faulty data: one row that cannot be read, or one concern that cannot be opened, stops no other [R3e].

use proto::safety::v1;
use safety::{
    app::{
        alarm::{
            read_concerns::{self, Depth},
            reconcile::{self, Missing, Standing},
        },
        row_security,
    },
    domain::alarm::concern::Audience,
    store::alarm::list::Wanted,
};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::world::{World, imminent_at, officer};

/// Concerns of which one is broken by what a superuser, or a newer version, may write.
async fn with_one_broken(how: &str) -> (World, Uuid, Uuid) {
    let world = World::new().await;
    let (broken, whole) = (world.raise(imminent_at("mission")).await.id, world.raise(imminent_at("mission")).await.id);
    let lift = "alter table concern drop constraint concern_grade_is_known; alter table concern drop constraint concern_state_is_known;
                alter table audience drop constraint audience_kind_is_known; alter table ring drop constraint ring_belongs_to_an_audience;";
    let id = format!("'{broken}'");
    sqlx::raw_sql(AssertSqlSafe(format!("{lift} {}", how.replace("$id", &id)))).execute(&world.db.admin).await.unwrap();
    (world, broken, whole)
}

const BROKEN: [&str; 7] = [
    "update concern set grade = 'catastrophic' where id = $id",
    "update concern set state = 'paused' where id = $id",
    "update concern set content_sealed = 'nonsense' where id = $id",
    "update concern set content_sealed = null, content = 'no concern at all' where id = $id",
    "update concern set said = -4, gravest = -4, ladder_version = -1 where id = $id",
    "update audience set step = -1, level = -1, rings = -7 where concern_id = $id",
    "update audience set kind = 'ombudsman' where concern_id = $id and kind = 'nhq'",
];

#[tokio::test]
async fn one_unreadable_row_stops_no_ladder_no_list_no_stream_and_no_comparison_of_others() {
    for how in BROKEN {
        let (world, broken, whole) = with_one_broken(how).await;
        assert_eq!(
            reconcile::check(&world.db.pool, &world.app, &mut Missing::new()).await.unwrap(),
            usize::from(how.contains("ombudsman")),
            "{how}"
        );
        world.app.clock.advance(time::Duration::minutes(3));
        assert_eq!(world.tick().await, 4, "{how}");
        assert_eq!(world.audience(whole, Audience::Nhq).await.rings, 2, "{how}");
        assert_eq!(
            world.audience(broken, Audience::ResponsibleHead).await.rings.max(1),
            if how.contains("rings") { 1 } else { 2 },
            "{how}"
        );
        let pairs = [broken, whole].map(|id| (id, Audience::ResponsibleHead));
        assert_eq!(reconcile::compare(&world.db.pool, &world.app, &pairs, true).await.unwrap(), [Standing::Rings; 2], "{how}");
        let mut tx = world.begin(&row_security::actor(&officer())).await;
        let viewer = read_concerns::viewer(&mut tx, &world.app, &officer()).await.unwrap();
        let (views, _) =
            read_concerns::list(&mut tx, &world.app.vault, &viewer, (&Wanted::default(), Depth::Said), None, 10).await.unwrap();
        assert_eq!(views.len(), 2, "{how}");
        let read = views.iter().find(|view| view.concern.id == whole).unwrap().envelope.clone().unwrap();
        assert_eq!(read.content.unwrap().text, "told in a preparation meeting", "{how}");
        world.accept(&officer(), whole, Audience::Nhq).await.unwrap();
    }
}

#[tokio::test]
async fn a_grade_that_cannot_be_read_rings_as_an_imminent_risk() {
    let (world, broken, _) = with_one_broken(BROKEN[0]).await;
    world.app.clock.advance(time::Duration::minutes(3));
    world.tick().await;
    let ring = world.rings().await.into_iter().rfind(|ring| ring.concern_id == broken.to_string()).unwrap();
    assert_eq!(ring.envelope.unwrap().grade(), v1::Grade::Imminent);
}

/// What a ring of one concern needs fails in the database itself: whatever comes after it is rung all the same, and it as soon as it can.
#[tokio::test]
async fn a_concern_that_the_database_refuses_to_ring_keeps_no_other_from_ringing_and_is_tried_again() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(world.raise(imminent_at("mission")).await.id);
    }
    let refuse = format!("alter table ring add constraint refused check (concern_id not in ('{}', '{}')) not valid", ids[0], ids[3]);
    sqlx::raw_sql(AssertSqlSafe(refuse)).execute(&world.db.admin).await.unwrap();
    world.app.clock.advance(time::Duration::minutes(2));
    assert_eq!(world.tick().await, 6, "three of five, for two audiences each");
    assert_eq!(world.tick().await, 0);
    sqlx::raw_sql("alter table ring drop constraint refused").execute(&world.db.admin).await.unwrap();
    assert_eq!(world.tick().await, 4);
}
