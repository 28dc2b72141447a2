//! Drills of the alarm: through the real path to the real holders, ended by themselves, and never in the way of a concern.

use base::{Caller, Error};
use proto::{role, safety::v1};
use safety::{
    app::{
        alarm::{
            drill::{self, View},
            read_concerns,
        },
        row_security,
    },
    domain::alarm::{
        concern::{Audience, Grade, State},
        drill::Ended,
    },
    store,
};
use time::Duration;
use uuid::Uuid;

use crate::world::{World, caller, head_of, imminent_at, officer, one_line};

fn supervisor() -> Caller {
    caller("supervisor-1", &[role::RJ_SUPERVISOR], &[])
}

async fn begin(world: &World, id: Uuid, site: &str, minutes: u32) -> Result<(View, bool), &'static str> {
    let mut tx = world.begin(&row_security::actor(&supervisor())).await;
    let ended = drill::begin(&mut tx, &world.app, &supervisor(), (id, &site.parse().unwrap(), minutes)).await;
    match ended {
        Ok(done) => {
            tx.commit().await.unwrap();
            Ok(done)
        }
        Err(Error::Refused(refusal)) => Err(refusal.reason),
        Err(_) => Err("another fault"),
    }
}

/// A drill at Mission that just began.
async fn drilled() -> (World, Uuid) {
    let world = World::new().await;
    let id = world.app.ids.uuid();
    begin(&world, id, "mission", 0).await.unwrap();
    (world, id)
}

async fn seen(world: &World, who: &Caller) -> Vec<View> {
    let mut tx = world.begin(&row_security::actor(who)).await;
    drill::list(&mut tx, who, None, None, 50).await.unwrap()
}

async fn ended(world: &World) -> Option<Ended> {
    drill::pass(&world.db.pool, &world.app).await.unwrap();
    seen(world, &supervisor()).await[0].drill.ended
}

async fn concern(world: &World, id: Uuid) -> store::alarm::concern::Concern {
    let mut db = world.db.admin.acquire().await.unwrap();
    store::alarm::concern::find(&mut db, id).await.unwrap().unwrap()
}

#[tokio::test]
async fn r3e_a_drill_rings_the_real_holders_by_words_that_say_so_and_ends_when_both_have_accepted() {
    let (world, id) = drilled().await;
    let rings = world.rings().await;
    let rung: Vec<&str> = rings.iter().flat_map(|ring| &ring.recipients).map(|holder| holder.holder.as_str()).collect();
    assert!(rung.contains(&"head-of-mission") && rung.contains(&"officer-1"), "{rung:?}");
    assert!(rings.iter().all(|ring| ring.envelope.as_ref().unwrap().grade() == v1::Grade::Drill));
    assert_eq!(ended(&world).await, None);
    world.app.clock.advance(Duration::minutes(2));
    world.accept(&officer(), id, Audience::Nhq).await.unwrap();
    assert_eq!(ended(&world).await, None, "the head has yet to accept");
    world.accept(&head_of("mission"), id, Audience::ResponsibleHead).await.unwrap();
    assert_eq!(ended(&world).await, Some(Ended::Passed));
    assert_eq!(concern(&world, id).await.state, State::Closed);
    let rings = world.rings().await.len();
    world.app.clock.advance(Duration::DAY);
    world.tick().await;
    assert_eq!((world.rings().await.len(), ended(&world).await), (rings, Some(Ended::Passed)), "it rang on, or ended twice");
}

#[tokio::test]
async fn a_drill_that_nobody_accepts_rings_on_until_its_time_is_over_and_says_who_was_not_reached() {
    let (world, id) = drilled().await;
    world.app.clock.advance(Duration::minutes(16));
    assert_eq!(world.tick().await, 2, "both are rung again by the ladder of a concern");
    world.app.clock.advance(Duration::minutes(14));
    assert_eq!(ended(&world).await, Some(Ended::NotAccepted));
    assert_eq!(concern(&world, id).await.state, State::Closed);
    let drills = seen(&world, &supervisor()).await;
    assert!(drills[0].offices.iter().all(|office| office.accepted.is_none() && office.rings == 2));
    // What is accepted once it is over changes nothing of it.
    assert!(world.accept(&officer(), id, Audience::Nhq).await.is_err());
}

#[tokio::test]
async fn a_real_concern_at_the_site_ends_the_drill_at_once_and_no_drill_begins_beside_it() {
    let (world, id) = drilled().await;
    let real = world.raise(imminent_at("mission")).await.id;
    assert_eq!(ended(&world).await, Some(Ended::Interrupted));
    assert_eq!((concern(&world, id).await.state, concern(&world, real).await.state), (State::Closed, State::Ringing));
    assert_eq!(begin(&world, world.app.ids.uuid(), "mission", 0).await.err(), Some("drill-while-a-concern-rings"));
    // At another site nobody is kept from anything.
    assert!(begin(&world, world.app.ids.uuid(), "kent", 0).await.is_ok());
}

#[tokio::test]
async fn what_keeps_a_drill_from_beginning_is_said_and_the_same_id_twice_is_one_drill() {
    let (world, id) = drilled().await;
    assert_eq!(begin(&world, world.app.ids.uuid(), "atlantis", 0).await.err(), Some("drill-site-unknown"));
    assert_eq!(begin(&world, world.app.ids.uuid(), "kent", 3).await.err(), Some("drill-minutes-out-of-range"));
    assert_eq!(begin(&world, world.app.ids.uuid(), "mission", 0).await.err(), Some("drill-runs-already"));
    let (again, known) = begin(&world, id, "mission", 0).await.unwrap();
    assert!(known && again.drill.concern == id);
    assert_eq!(world.count("select count(*) from drill").await, 1);
    // The id of a concern begins none.
    let taken = world.raise(one_line("x")).await.id;
    assert_eq!(begin(&world, taken, "kent", 0).await.err(), Some("drill-id-taken"));
}

#[tokio::test]
async fn nobody_makes_a_drill_of_a_concern_neither_by_what_they_say_nor_in_the_database() {
    let world = World::new().await;
    let said = v1::Concern { grade: v1::Grade::Drill as i32, site: "mission".into(), ..one_line("he has a knife") };
    let id = world.raise(said).await.id;
    assert_eq!(concern(&world, id).await.grade, Grade::Concern);
    world.accept(&officer(), id, Audience::Nhq).await.unwrap();
    world.accept(&head_of("mission"), id, Audience::ResponsibleHead).await.unwrap();
    for forged in [
        "update concern set grade = 'drill'",
        "insert into drill (concern_id, site, begun_by, begun_at, ends_at)
         select id, 'mission', 'x', raised_at, raised_at + interval '1 second' from concern",
    ] {
        sqlx::query(forged).execute(&world.db.admin).await.unwrap();
        sqlx::query("update concern set grade = 'drill'").execute(&world.db.admin).await.unwrap();
        world.app.clock.advance(Duration::HOUR);
        let rings = world.rings().await.len();
        drill::pass(&world.db.pool, &world.app).await.unwrap();
        let concern = concern(&world, id).await;
        assert_eq!((concern.grade, concern.state), (Grade::Concern, State::Ringing), "{forged}");
        assert_eq!(world.rings().await.len(), rings + 2, "both are rung anew: {forged}");
    }
}

#[tokio::test]
async fn something_real_under_the_id_of_a_drill_is_a_concern_and_is_not_ended_as_a_drill() {
    let (world, id) = drilled().await;
    world.report(v1::Concern { concern_id: id.to_string(), ..imminent_at("mission") }, "supervisor-1", None).await;
    world.app.clock.advance(Duration::HOUR);
    assert_eq!(ended(&world).await, Some(Ended::Overtaken));
    let concern = concern(&world, id).await;
    assert_eq!((concern.grade, concern.state), (Grade::Imminent, State::Ringing));
}

#[tokio::test]
async fn a_head_is_shown_the_drills_of_their_own_site_without_who_began_them_and_a_drill_freezes_no_case() {
    let (world, id) = drilled().await;
    let theirs = seen(&world, &head_of("mission")).await;
    assert_eq!((theirs.len(), theirs[0].drill.concern, theirs[0].names), (1, id, false));
    assert!(seen(&world, &head_of("kent")).await.is_empty());
    let nhq = seen(&world, &officer()).await;
    assert!(nhq[0].names && nhq[0].offices.len() == 2);
    let (open, _) = safety::app::alarm::ties::open(&world.db.pool, Uuid::nil()).await.unwrap();
    assert!(open.is_empty(), "a drill is no tie");
    // It stands in the list of who must accept it, as a drill.
    let head = head_of("mission");
    let mut db = world.begin(&row_security::actor(&head)).await;
    let viewer = read_concerns::viewer(&mut db, &world.app, &head).await.unwrap();
    let view = read_concerns::find(&mut db, &world.app.vault, &viewer, id).await.unwrap().unwrap();
    assert_eq!(view.concern.grade, Grade::Drill);
}
