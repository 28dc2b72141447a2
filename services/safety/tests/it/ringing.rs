//! The ladder on a real database: it never ends, it never rings twice for one step, and it catches up after a downtime.

use proto::{id::RingId, role};
use safety::{
    app::{confirm_delivery, fence, ring},
    domain::concern::Audience,
};

use crate::world::{HEAD, World, caller, imminent_at, one_line};

#[tokio::test]
async fn with_both_audiences_silent_the_concern_climbs_to_the_monitoring_centre_and_rings_on_without_end() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    let mut reached = Vec::new();
    for _ in 0..300 {
        world.tools.clock.advance(time::Duration::minutes(1));
        world.tick().await;
        reached.push(world.audience(concern.id, Audience::ResponsibleHead).await.rings);
    }
    // 0, 2, 5, 10 minutes, then every 5: after 300 minutes 4 + 58 rings.
    assert_eq!((reached[1], reached[4], reached[9], reached[299]), (2, 3, 4, 62));
    let last = world.rings().await.pop().unwrap();
    assert!(last.recipients.iter().any(|r| r.holder == "nmc-1"));
}

#[tokio::test]
async fn after_a_downtime_each_audience_is_rung_once_at_the_step_that_time_demands() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    world.tools.clock.advance(time::Duration::hours(5));
    assert_eq!(world.tick().await, 2);
    assert_eq!(world.tick().await, 0);
    let head = world.audience(concern.id, Audience::ResponsibleHead).await;
    assert_eq!((head.rings, head.level, head.step), (2, 3, 61));
}

#[tokio::test]
async fn three_engines_at_once_ring_each_step_exactly_once() {
    let world = World::new().await;
    for n in 0..20 {
        world.raise(one_line(&format!("concern {n}"))).await;
    }
    for _ in 0..6 {
        world.tools.clock.advance(time::Duration::hours(25));
        let engines = (0..3).map(|_| ring::tick(&world.db.pool, &world.tools));
        let rung: usize = futures::future::join_all(engines).await.into_iter().map(Result::unwrap).sum();
        // What one engine skipped because another held it is rung at its next look.
        let rest = world.tick().await;
        assert_eq!(rung + rest, 40);
    }
    assert_eq!(world.count("select count(*) from ring").await, 40 * 7);
    assert_eq!(world.count("select count(*) from (select 1 from ring group by concern_id, audience, step having count(*) > 1) d").await, 0);
}

#[tokio::test]
async fn a_new_office_holder_is_rung_at_the_next_step_without_anyone_touching_the_concern() {
    let world = World::new().await;
    world.raise(imminent_at("mission")).await;
    world.assign("institutional-head/mission", "acting-head", 0).await.unwrap();
    world.tools.clock.advance(time::Duration::minutes(2));
    world.tick().await;
    let last = world.rings().await.into_iter().rfind(|r| r.recipients.iter().any(|h| h.holder == HEAD)).unwrap();
    assert!(last.recipients.iter().any(|h| h.holder == "acting-head"));
}

#[tokio::test]
async fn an_office_that_does_not_exist_cannot_be_assigned() {
    let world = World::new().await;
    for office in ["institutional-head/atlantis", "institutional-head", "warden/mission", "", "institutional-head/*"] {
        assert!(world.assign(office, "someone", 0).await.is_err(), "{office}");
    }
    assert!(world.assign("rj-unit", "someone", 3).await.is_err());
    assert!(world.assign("rj-unit", "", 0).await.is_err());
}

#[tokio::test]
async fn a_delivery_confirmed_twice_is_one_delivery() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    let ring: RingId = world.rings().await.remove(0).ring_id.parse().unwrap();
    for _ in 0..2 {
        let mut tx = world.begin(&fence::itself()).await;
        confirm_delivery::confirm(&mut tx, &world.tools, ring.uuid(), Audience::Nhq).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert!(world.audience(concern.id, Audience::Nhq).await.delivered_at.is_some());
    assert_eq!(world.count("select count(*) from timeline where what = 'delivered'").await, 1);
    assert_eq!(world.count("select count(*) from outbox where confirmed_at is not null").await, 1);
}

#[tokio::test]
async fn a_database_that_was_set_back_rings_every_open_concern_at_once_and_none_that_is_in_hand() {
    let world = World::new().await;
    let silent = world.raise(imminent_at("mission")).await;
    let taken = world.raise(imminent_at("mission")).await;
    let officer = caller("officer-1", &[role::RJ_OFFICER], &[]);
    world.accept(&officer, taken.id, Audience::Nhq).await.unwrap();
    assert_eq!(world.tick().await, 0, "nothing is due");
    assert_eq!(ring::all_at_once(&world.db.pool, world.tools.clock.now()).await.unwrap(), 3);
    assert_eq!(world.tick().await, 3);
    assert_eq!(world.audience(silent.id, Audience::ResponsibleHead).await.rings, 2);
    assert_eq!(world.audience(taken.id, Audience::Nhq).await.rings, 1, "who has accepted is left alone");
    assert_eq!(world.tick().await, 0, "once");
}
