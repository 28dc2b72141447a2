//! The escalation ladder on a real database: it never ends, it never rings twice for one step, and it catches up after a downtime.

use std::time::Duration as Elapsed;

use messaging::outbox::Fresh;
use proto::{id::RingId, role};
use safety::{
    app::{
        alarm::{
            confirm_delivery::{self, Confirmed},
            ring,
            timekeeping::Watched,
        },
        row_security,
    },
    domain::alarm::{concern::Audience, timekeeping::Reading},
};
use time::Duration;

use crate::world::{HEAD, World, caller, imminent_at, one_line};

#[tokio::test]
async fn with_both_audiences_silent_the_concern_climbs_to_the_monitoring_centre_and_rings_on_without_end() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    let mut reached = Vec::new();
    for _ in 0..300 {
        world.app.clock.advance(time::Duration::minutes(1));
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
    world.app.clock.advance(time::Duration::hours(5));
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
        world.app.clock.advance(time::Duration::hours(25));
        let engines = (0..3).map(|_| ring::tick(&world.db.pool, &world.app));
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
    world.app.clock.advance(time::Duration::minutes(2));
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
        let mut tx = world.begin(&row_security::itself()).await;
        confirm_delivery::confirm(&mut tx, &world.app, &mut Fresh::default(), ring.uuid(), Audience::Nhq).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert!(world.audience(concern.id, Audience::Nhq).await.delivered_at.is_some());
    assert_eq!(world.count("select count(*) from timeline where what = 'delivered'").await, 1);
    assert_eq!(world.count("select count(*) from outbox where confirmed_at is not null").await, 1);
}

#[tokio::test]
async fn what_is_confirmed_together_is_each_office_delivered_once_in_its_order() {
    let world = World::new().await;
    let concerns = [world.raise(imminent_at("mission")).await.id, world.raise(imminent_at("kent")).await.id];
    let confirmed = world.rings().await.into_iter().flat_map(|ring| {
        let audience = if ring.audience() == proto::safety::v1::Audience::Nhq { Audience::Nhq } else { Audience::ResponsibleHead };
        let ring = ring.ring_id.parse::<RingId>().unwrap().uuid();
        [ring, ring].map(|ring| Confirmed { ring, audience, traceparent: None })
    });
    let stranger = Confirmed { ring: uuid::Uuid::from_u128(7), audience: Audience::Nhq, traceparent: None };
    let confirmed: Vec<Confirmed> = confirmed.chain([stranger]).collect();
    for _ in 0..2 {
        let mut tx = world.begin(&row_security::itself()).await;
        confirm_delivery::confirm_all(&mut tx, &world.app, &mut Fresh::default(), &confirmed).await.unwrap();
        tx.commit().await.unwrap();
    }
    for id in concerns {
        for audience in [Audience::Nhq, Audience::ResponsibleHead] {
            assert!(world.audience(id, audience).await.delivered_at.is_some());
        }
    }
    let facts = world.facts::<proto::safety::v1::ConcernChanged>("ro.safety.event.concern-changed").await;
    assert_eq!(
        facts.iter().map(|fact| (fact.what.as_str(), fact.revision)).collect::<Vec<_>>(),
        [("delivered", 2), ("delivered", 3)].repeat(2)
    );
    let noted = "select count(*) from timeline t join concern c on c.id = t.concern_id where what = 'delivered' and c.revision = 3";
    assert_eq!(world.count(noted).await, 4);
    assert_eq!(world.count("select count(*) from ring where delivered_at is not null").await, 4);
    assert_eq!(world.count("select count(*) from outbox where confirmed_at is not null").await, 4);
}

#[tokio::test]
async fn a_confirmation_that_waits_for_an_acceptance_takes_nothing_of_it_back() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    let officer = caller("officer-1", &[role::RJ_OFFICER], &[]);
    let rings = world.rings().await;
    let mut accepting = world.begin(&row_security::actor(&officer)).await;
    world.accept_in(&mut accepting, &officer, concern.id, Audience::Nhq, "").await.unwrap();
    let confirming = futures::future::join_all(rings.iter().map(async |ring| {
        let audience = if ring.audience() == proto::safety::v1::Audience::Nhq { Audience::Nhq } else { Audience::ResponsibleHead };
        let mut tx = world.begin(&row_security::itself()).await;
        confirm_delivery::confirm(&mut tx, &world.app, &mut Fresh::default(), ring.ring_id.parse::<RingId>().unwrap().uuid(), audience)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }));
    let waiting = async || match world
        .count("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")
        .await
    {
        0 => Err("nobody waits".to_owned()),
        _ => Ok(()),
    };
    let accept = async {
        harness::wait::eventually("a confirmation waits for the concern", Elapsed::from_secs(30), waiting).await;
        accepting.commit().await.unwrap();
    };
    tokio::join!(confirming, accept);
    let nhq = world.audience(concern.id, Audience::Nhq).await;
    assert!(nhq.accepted.is_some() && nhq.delivered_at.is_some() && nhq.next_ring_at.is_none());
    assert!(world.audience(concern.id, Audience::ResponsibleHead).await.delivered_at.is_some());
    let told =
        "select string_agg(what, ' ' order by revision) = 'raised accepted delivered delivered' from timeline having max(revision) = 4";
    assert!(sqlx::query_scalar::<_, bool>(told).fetch_one(&world.db.admin).await.unwrap());
}

#[tokio::test]
async fn a_database_that_was_set_back_rings_every_open_concern_at_once_and_none_that_is_in_hand() {
    let world = World::new().await;
    let silent = world.raise(imminent_at("mission")).await;
    let taken = world.raise(imminent_at("mission")).await;
    let officer = caller("officer-1", &[role::RJ_OFFICER], &[]);
    world.accept(&officer, taken.id, Audience::Nhq).await.unwrap();
    assert_eq!(world.tick().await, 0, "nothing is due");
    assert_eq!(ring::all_at_once(&world.db.pool, world.app.clock.now()).await.unwrap(), 3);
    assert_eq!(world.tick().await, 3);
    assert_eq!(world.audience(silent.id, Audience::ResponsibleHead).await.rings, 2);
    assert_eq!(world.audience(taken.id, Audience::Nhq).await.rings, 1, "who has accepted is left alone");
    assert_eq!(world.tick().await, 0, "once");
}

#[tokio::test]
async fn a_ring_out_of_turn_never_pushes_the_next_one_away() {
    let world = World::new().await;
    let concern = world.raise(one_line("five hours ago")).await;
    world.app.clock.advance(Duration::hours(5));
    world.tick().await;
    for _ in 0..3 {
        // Set back, lost, all at once: each rings now, and the ladder goes on by the time that has passed.
        ring::all_at_once(&world.db.pool, world.app.clock.now()).await.unwrap();
        assert_eq!(world.tick().await, 2);
        let head = world.audience(concern.id, Audience::ResponsibleHead).await;
        assert_eq!((head.step, head.next_ring_at.unwrap() - head.rung_from), (3, Duration::hours(28)));
        world.app.clock.advance(Duration::minutes(1));
    }
    world.app.clock.advance(Duration::hours(23));
    assert_eq!(world.tick().await, 2, "a day after the last rung of the ladder, whatever was rung in between");
}

#[tokio::test]
async fn a_changed_ladder_applies_from_now_without_a_gap_to_what_rings_already() {
    let mut world = World::new().await;
    let concern = world.raise(one_line("raised under the old ladder")).await;
    world.app.clock.advance(Duration::hours(6));
    assert_eq!(world.tick().await, 2);
    assert!(world.audience(concern.id, Audience::Nhq).await.next_ring_at.unwrap() > world.app.clock.now() + Duration::hours(20));
    world.app.ladders.concern = "0s:holder,10m:everyone,every 5m".parse().unwrap();
    world.app.clock.advance(Duration::minutes(5));
    assert_eq!(world.tick().await, 2, "the new ladder rings after five minutes, whatever was written by the old one");
    world.app.ladders.concern = "0s:everyone,every 24h".parse().unwrap();
    world.app.clock.advance(Duration::minutes(5));
    assert_eq!(world.tick().await, 0);
    let next = world.audience(concern.id, Audience::Nhq).await.next_ring_at.unwrap();
    assert!(next > world.app.clock.now() && next <= world.app.clock.now() + Duration::DAY);
}

#[tokio::test]
async fn a_clock_that_steps_back_by_an_hour_or_a_day_silences_nothing() {
    for back in [Duration::HOUR, Duration::DAY] {
        let world = World::new().await;
        let concern = world.raise(imminent_at("mission")).await;
        world.app.clock.advance(Duration::minutes(10));
        assert_eq!(world.tick().await, 2);
        world.app.clock.advance(-back);
        assert_eq!(world.tick().await, 2, "what is due further ahead than its interval is due now");
        assert_eq!(world.tick().await, 0, "once");
        let head = world.audience(concern.id, Audience::ResponsibleHead).await;
        assert_eq!(head.level, 3, "what was reached stays reached");
        for rings in 4..8 {
            world.app.clock.advance(Duration::minutes(5));
            assert_eq!(world.tick().await, 2);
            assert_eq!(world.audience(concern.id, Audience::ResponsibleHead).await.rings, rings);
        }
    }
}

#[tokio::test]
async fn a_step_back_that_no_stored_ring_shows_is_found_by_a_clock_that_never_steps_and_everything_rings() {
    let world = World::new().await;
    world.raise(one_line("rung an hour before the clock went back by half of one")).await;
    let reading =
        |monotonic| Reading { wall: world.app.clock.now(), database: world.app.clock.now(), monotonic: Elapsed::from_secs(monotonic) };
    let mut clocks = Watched::begin();
    clocks.hold_against(&world.db.pool, reading(0)).await.unwrap();
    world.app.clock.advance(Duration::HOUR);
    clocks.hold_against(&world.db.pool, reading(3_600)).await.unwrap();
    assert_eq!(world.tick().await, 2);
    world.app.clock.advance(Duration::minutes(40));
    clocks.hold_against(&world.db.pool, reading(3_600 + 2_400)).await.unwrap();
    assert_eq!(world.tick().await, 0);
    world.app.clock.advance(-Duration::minutes(30));
    clocks.hold_against(&world.db.pool, reading(3_600 + 2_401)).await.unwrap();
    assert_eq!(world.tick().await, 2);
    clocks.compare(&world.db.pool, &world.app).await.unwrap();
}

#[tokio::test]
async fn an_office_that_nobody_holds_rings_again_in_the_moment_somebody_holds_it_and_when_it_is_left() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("kent")).await;
    let office = "institutional-head/kent";
    assert!(world.office(concern.id, office).await.unheld);
    assert_eq!(world.tick().await, 0);
    world.assign(office, "new-head", 0).await.unwrap();
    assert_eq!(world.tick().await, 1, "the moment somebody holds it");
    assert!(world.rings().await.last().unwrap().recipients.iter().any(|r| r.holder == "new-head"));
    sqlx::query("delete from office_holder where holder = 'new-head'").execute(&world.db.admin).await.unwrap();
    assert_eq!(world.tick().await, 1, "the moment nobody does");
    let last = world.rings().await.pop().unwrap();
    assert!(last.no_route && last.recipients.iter().any(|r| r.holder == "nmc-1"));
    assert_eq!(world.tick().await, 0);
}

#[tokio::test]
async fn no_hint_that_somebody_wrote_keeps_an_office_silent() {
    let world = World::new().await;
    world.raise(imminent_at("mission")).await;
    sqlx::query("update audience set next_ring_at = next_ring_at + interval '4 minutes'").execute(&world.db.admin).await.unwrap();
    world.app.clock.advance(Duration::minutes(2));
    assert_eq!(world.tick().await, 2);
}

#[tokio::test]
async fn a_ring_that_reached_nobody_climbs_at_once_to_the_last_rung_and_rings_no_other_office_for_it() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    let newest = async || {
        let rings = world.rings().await;
        let of_head = rings.into_iter().filter(|ring| ring.audience() == proto::safety::v1::Audience::ResponsibleHead);
        of_head.max_by_key(|ring| ring.step).unwrap()
    };
    let unreached = async |ring: &str| {
        let mut tx = world.begin(&row_security::itself()).await;
        let rung = ring::climb_at_once(&mut tx, &world.app, ring.parse().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        rung
    };
    let first = newest().await;
    for (step, recipients) in [(1, 1), (2, 2), (3, 4)] {
        let ring = newest().await;
        assert_eq!(unreached(&ring.ring_id).await, 1);
        assert_eq!(unreached(&ring.ring_id).await, 0, "told twice, it climbs once");
        let next = newest().await;
        assert_eq!((next.step, next.level), (step, step));
        assert!(next.recipients.len() >= recipients, "{} recipients", next.recipients.len());
    }
    assert_eq!(unreached(&newest().await.ring_id).await, 0, "on the last rung it rings by its own times");
    assert_eq!((unreached(&first.ring_id).await, world.tick().await), (0, 0));
    assert_eq!(world.audience(concern.id, Audience::Nhq).await.step, 0);
    // From there the ladder goes on: five minutes later, and once.
    world.app.clock.advance(Duration::minutes(5));
    world.tick().await;
    assert_eq!(world.audience(concern.id, Audience::ResponsibleHead).await.step, 4);
    assert_eq!(world.count("select count(*) from (select 1 from ring group by concern_id, audience, step having count(*) > 1) d").await, 0);
}

#[tokio::test]
async fn who_has_accepted_is_rung_no_more_because_a_channel_failed_later() {
    let world = World::new().await;
    let concern = world.raise(imminent_at("mission")).await;
    let rings = world.rings().await;
    world.accept(&crate::world::head_of("mission"), concern.id, Audience::ResponsibleHead).await.unwrap();
    for ring in rings.iter().filter(|ring| ring.audience() == proto::safety::v1::Audience::ResponsibleHead) {
        let mut tx = world.begin(&row_security::itself()).await;
        assert_eq!(ring::climb_at_once(&mut tx, &world.app, ring.ring_id.parse().unwrap()).await.unwrap(), 0);
        tx.commit().await.unwrap();
    }
}
