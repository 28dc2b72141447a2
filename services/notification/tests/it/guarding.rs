//! This service misses the alarm when it falls silent (threat T1).

use notification::app::guard::{Alarmed, look};
use proto::{
    notification::v1::InboxItem,
    safety::v1::{Audience, ConcernChanged, Grade, Ring, safety_client::SafetyClient},
    subject,
};
use time::Duration;
use uuid::Uuid;

use crate::world::{CONCERN, START, World, caller, head, hear, officer, ring, ring_head, world};

const GRACE: Duration = Duration::seconds(30);
const NEXT: Duration = Duration::minutes(2);

/// Nobody listens there: the alarm answers nothing.
fn silent() -> Alarmed {
    let peer = chassis::client::connect("http://127.0.0.1:9", None, None, Some(chassis::client::DEADLINE)).unwrap();
    Alarmed { safety: SafetyClient::new(peer), grace: GRACE }
}

fn with_next(ring: Ring) -> Ring {
    Ring { next_ring_at: Some(chassis::wire::timestamp(START + NEXT)), ..ring }
}

async fn looked(world: &World) -> usize {
    look(&world.app, &mut silent(), START).await.unwrap()
}

async fn silence_heard(world: &World, who: &chassis::Caller) -> Vec<InboxItem> {
    world.inbox(who).await.into_iter().filter(|item| item.template == "alarm-silent").collect()
}

#[tokio::test]
async fn when_the_alarm_has_not_rung_again_in_time_everybody_it_has_rung_is_told_to_use_the_telephone_and_again_every_minute() {
    let world = world().await;
    world.prefers("head-mission-1", "en", "head@csc-scc.gc.ca").await.unwrap();
    world.by_bus(&with_next(ring_head(0, Grade::Imminent))).await.unwrap();
    world.clock.advance(NEXT + GRACE);
    assert_eq!(looked(&world).await, 0, "the alarm may be a little late");
    world.clock.advance(Duration::SECOND);
    assert_eq!(looked(&world).await, 1);
    assert_eq!(looked(&world).await, 0);
    let by_name = caller("head-mission-1", "mediator", "");
    let listeners =
        [head("another-deputy", "mission"), by_name.clone(), officer("rj-officer-1"), caller("nmc-1", proto::role::NMC_SUPERVISOR, "")];
    for who in &listeners {
        let told = silence_heard(&world, who).await;
        assert!(told.iter().any(|item| item.title.contains("RS-7KDM-Q4XP") && !item.body.contains("marker-")), "{}", who.subject);
    }
    let mails = world.count("select count(*) from delivery where channel = 'email' and recipient = 'head-mission-1'").await;
    assert_eq!(mails, 2, "one for the ring, one for the silence");
    world.clock.advance(Duration::MINUTE);
    assert_eq!(looked(&world).await, 1);
    let rung = "select max(ring_count)::bigint from inbox_item where template = 'alarm-silent' and recipient = 'head-mission-1'";
    assert_eq!(world.count(rung).await, 2);
}

#[tokio::test]
async fn whoever_rings_again_or_has_accepted_is_not_missed() {
    let world = world().await;
    world.by_bus(&with_next(ring_head(0, Grade::Imminent))).await.unwrap();
    world.by_bus(&with_next(ring(0, Audience::Nhq, Grade::Imminent, &[("rj-unit", "")]))).await.unwrap();
    world.clock.advance(NEXT);
    let later = Ring { next_ring_at: Some(chassis::wire::timestamp(START + NEXT * 3)), ..ring_head(1, Grade::Imminent) };
    world.by_bus(&later).await.unwrap();
    let accepted = ConcernChanged {
        concern_id: Uuid::from_u128(CONCERN).to_string(),
        audience: Audience::Nhq.into(),
        what: "accepted".into(),
        ..ConcernChanged::default()
    };
    let handler = notification::bus::Concerns { app: world.app.clone() };
    hear(&world.app.pool, &handler, subject::CONCERN_CHANGED, &accepted).await.unwrap();
    world.clock.advance(NEXT);
    assert_eq!(looked(&world).await, 0);
    world.clock.advance(NEXT + GRACE * 2);
    assert_eq!(looked(&world).await, 1, "the head has still not accepted");
}

#[tokio::test]
async fn a_start_after_a_long_absence_gives_the_alarm_its_time_before_it_is_missed() {
    let world = world().await;
    world.by_bus(&with_next(ring_head(0, Grade::Imminent))).await.unwrap();
    world.clock.advance(Duration::DAY);
    let started = world.clock.now();
    assert_eq!(look(&world.app, &mut silent(), started).await.unwrap(), 0);
    world.clock.advance(GRACE + Duration::SECOND);
    assert_eq!(look(&world.app, &mut silent(), started).await.unwrap(), 1);
}

#[tokio::test]
async fn two_instances_ring_in_the_place_of_the_alarm_once() {
    let world = world().await;
    world.by_bus(&with_next(ring_head(0, Grade::Imminent))).await.unwrap();
    world.clock.advance(NEXT + GRACE * 2);
    let rung = futures::future::join_all((0..4).map(|_| looked(&world))).await;
    assert_eq!(rung.into_iter().sum::<usize>(), 1);
}
