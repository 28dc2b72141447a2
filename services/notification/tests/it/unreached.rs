//! Rings that reach nobody: safety is told once, when no channel is left that could, and not before.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use notification::{
    app::{Calls, gateway::call_due, mail::send_due},
    channels::gateway::Gateway,
    domain::gateway::{Hints, REPORT_WITHIN},
};
use prost::Message as _;
use proto::{
    notification::v1::{Channel, DeliveryState, RingUnreached},
    safety::v1::{Grade, Ring},
    subject,
};
use time::Duration;

use super::{
    smtp::Smtp,
    stand_in::{Does, StandIn},
    world::{World, ring_head, world},
};

const FAILED: Does = Does::Answer(200, "{\"state\":\"failed\"}");

fn client(gateway: &StandIn) -> Gateway {
    Gateway::new(&gateway.address, &format!("whsec_{}", STANDARD.encode([7; 32])), Hints::default()).unwrap()
}

async fn with_gateway() -> World {
    let mut world = world().await;
    world.app.calls = Calls::on();
    world
}

/// Rings of which safety was told that they reached nobody.
async fn told(world: &World) -> Vec<String> {
    let bodies = world.told(subject::RING_UNREACHED).await;
    bodies.iter().map(|body| RingUnreached::decode(body.as_slice()).unwrap().ring_id).collect()
}

fn ids(rings: &[&Ring]) -> Vec<String> {
    rings.iter().map(|ring| ring.ring_id.clone()).collect()
}

#[tokio::test]
async fn the_last_channel_that_fails_tells_safety_at_once_and_once() {
    let (world, gateway) = (with_gateway().await, StandIn::up(&[FAILED, FAILED]).await);
    let (first, second) = (ring_head(0, Grade::Imminent), ring_head(1, Grade::Imminent));
    world.by_bus(&first).await.unwrap();
    assert!(told(&world).await.is_empty());
    call_due(&world.app, &client(&gateway)).await.unwrap();
    assert_eq!(told(&world).await, ids(&[&first]));
    world.clock.advance(Duration::SECOND);
    world.by_bus(&second).await.unwrap();
    call_due(&world.app, &client(&gateway)).await.unwrap();
    assert_eq!(told(&world).await, ids(&[&first, &second]));
}

#[tokio::test]
async fn while_another_channel_may_still_reach_somebody_safety_is_told_nothing() {
    let (world, gateway) = (with_gateway().await, StandIn::up(&[FAILED]).await);
    world.prefers("head-mission-1", "fr", "ada.exemple@csc-scc.gc.ca").await.unwrap();
    let ring = ring_head(0, Grade::Imminent);
    world.by_bus(&ring).await.unwrap();
    call_due(&world.app, &client(&gateway)).await.unwrap();
    assert!(told(&world).await.is_empty(), "a mail is on its way");
    // A mail system that takes nothing: tried twice, it counts as one that reaches nobody.
    let smtp = Smtp::up().await;
    let mailer = smtp.mailer();
    drop(smtp);
    assert_eq!(send_due(&world.app, Some(&mailer)).await.unwrap(), 1);
    if world.mails().await[0].1 == DeliveryState::Retrying {
        assert!(told(&world).await.is_empty());
        world.clock.advance(Duration::minutes(1));
        send_due(&world.app, Some(&mailer)).await.unwrap();
        assert_eq!(told(&world).await, ids(&[&ring]));
        world.clock.advance(Duration::minutes(5));
        send_due(&world.app, Some(&mailer)).await.unwrap();
        assert_eq!(told(&world).await.len(), 1, "told once");
    } else {
        panic!("the mail system is gone: {:?}", world.mails().await);
    }
}

#[tokio::test]
async fn a_gateway_that_answers_nothing_useful_or_reports_too_late_climbs_and_its_late_word_harms_nothing() {
    let (world, gateway) =
        (with_gateway().await, StandIn::up(&[Does::Babbles, Does::Says(429, "retry-after: 600"), Does::Answer(202, "")]).await);
    let ring = ring_head(0, Grade::Imminent);
    world.by_bus(&ring).await.unwrap();
    let client = client(&gateway);
    call_due(&world.app, &client).await.unwrap();
    assert!(told(&world).await.is_empty(), "tried once");
    world.clock.advance(Duration::MINUTE);
    call_due(&world.app, &client).await.unwrap();
    assert_eq!(told(&world).await, ids(&[&ring]), "tried twice in vain");
    world.clock.advance(Duration::MINUTE);
    call_due(&world.app, &client).await.unwrap();
    world.clock.advance(REPORT_WITHIN);
    call_due(&world.app, &client).await.unwrap();
    assert_eq!(world.lines(Channel::Gateway).await, [(DeliveryState::Failed, 3, "no-report".to_owned())]);
    gateway.then(Does::Answer(200, "{\"state\":\"delivered\"}"));
    assert_eq!(call_due(&world.app, &client).await.unwrap(), 0, "what has ended stays ended");
    assert_eq!(told(&world).await.len(), 1);
}

#[tokio::test]
async fn a_concern_that_is_not_imminent_telephones_from_its_second_ring_on() {
    let world = with_gateway().await;
    world.by_bus(&ring_head(0, Grade::Concern)).await.unwrap();
    assert!(world.lines(Channel::Gateway).await.is_empty());
    world.by_bus(&ring_head(1, Grade::Concern)).await.unwrap();
    assert_eq!(world.lines(Channel::Gateway).await.len(), 1);
    let imminent = with_gateway().await;
    imminent.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    assert_eq!(imminent.lines(Channel::Gateway).await.len(), 1);
}
