//! Quiet hours: what waits for their end, what never does, and what becomes of it when somebody has accepted or another way fails [R3e].

use notification::app::{gateway::call_due, mail::send_due};
use proto::{
    notification::v1::{Channel, Delivery, DeliveryState, Preferences},
    safety::v1::{Audience, Grade},
};
use time::{Duration, OffsetDateTime, macros::datetime};
use tonic_types::StatusExt as _;

use super::{
    alarm_guard::accepted,
    channel::{HEAD, REACHED, add, asked_for, client, code, confirm, with_gateway},
    stand_in::StandIn,
    world::{START, World, ring_head},
};

/// It is six in the morning in Regina: quiet until seven.
const END: OffsetDateTime = datetime!(2026-01-05 13:00 UTC);

fn night(email: &str) -> Preferences {
    Preferences {
        email: email.to_owned(),
        zone: "America/Regina".into(),
        quiet_from: "22:00".into(),
        quiet_until: "07:00".into(),
        ..Preferences::default()
    }
}

/// A head with an address and a number that is called.
async fn a_head_with_two_channels() -> (World, StandIn) {
    let (world, gateway) = (with_gateway().await, StandIn::up(&[REACHED]).await);
    let id = add(&world, HEAD, Channel::Voice, "613 555-0100").await.unwrap();
    call_due(&world.app, &client(&gateway)).await.unwrap();
    confirm(&world, HEAD, &id, &code(&gateway)).await.unwrap();
    world.set_preferences(HEAD, night("head@csc-scc.gc.ca")).await.unwrap();
    (world, gateway)
}

/// The lines of rings to the head by one channel.
async fn lines(world: &World, channel: Channel) -> Vec<Delivery> {
    let lines = world.ledger().await.into_iter();
    lines.filter(|line| line.channel() == channel && line.recipient == HEAD && line.template == "concern-ring").collect()
}

fn held_until(line: &Delivery) -> Option<OffsetDateTime> {
    line.held_until.as_ref().and_then(base::wire::instant)
}

/// How often the number itself was called for a ring.
fn calls(gateway: &StandIn) -> usize {
    asked_for(gateway).iter().filter(|asked| asked["type"] == "ring.due" && asked["data"]["to"]["number"] == "+16135550100").count()
}

#[tokio::test]
async fn in_quiet_hours_a_ring_comes_by_the_quietest_channel_and_by_the_others_when_they_end() {
    let (world, gateway) = a_head_with_two_channels().await;
    assert_eq!(world.clock.now(), START);
    world.by_bus(&ring_head(1, Grade::Concern)).await.unwrap();
    assert_eq!(held_until(&lines(&world, Channel::Voice).await[0]), Some(END));
    assert_eq!(held_until(&lines(&world, Channel::Email).await[0]), None, "the quietest channel waits");
    call_due(&world.app, &client(&gateway)).await.unwrap();
    assert_eq!(calls(&gateway), 0);
    // Another ring meanwhile changes nothing of it.
    world.clock.advance(Duration::minutes(30));
    world.by_bus(&ring_head(2, Grade::Concern)).await.unwrap();
    call_due(&world.app, &client(&gateway)).await.unwrap();
    assert_eq!(calls(&gateway), 0);
    (0..3).for_each(|_| gateway.then(REACHED));
    world.clock.advance(Duration::minutes(30));
    call_due(&world.app, &client(&gateway)).await.unwrap();
    assert_eq!(calls(&gateway), 1, "it did not ring when they ended");
}

#[tokio::test]
async fn an_imminent_risk_rings_by_every_channel_in_quiet_hours_and_so_does_a_concern_that_becomes_one() {
    let (world, gateway) = a_head_with_two_channels().await;
    world.by_bus(&ring_head(1, Grade::Concern)).await.unwrap();
    (0..3).for_each(|_| gateway.then(REACHED));
    world.by_bus(&ring_head(2, Grade::Imminent)).await.unwrap();
    assert!(lines(&world, Channel::Voice).await.iter().chain(&lines(&world, Channel::Email).await).all(|line| held_until(line).is_none()));
    call_due(&world.app, &client(&gateway)).await.unwrap();
    assert_eq!(calls(&gateway), 1);
}

#[tokio::test]
async fn what_is_held_is_dropped_when_somebody_has_accepted_meanwhile() {
    let (world, gateway) = a_head_with_two_channels().await;
    world.by_bus(&ring_head(1, Grade::Concern)).await.unwrap();
    accepted(&world, Audience::ResponsibleHead).await;
    world.clock.advance(Duration::hours(2));
    call_due(&world.app, &client(&gateway)).await.unwrap();
    let line = lines(&world, Channel::Voice).await.remove(0);
    assert_eq!((line.state(), line.reason.as_str(), held_until(&line)), (DeliveryState::Withheld, "accepted", None));
    assert_eq!(calls(&gateway), 0);
}

#[tokio::test]
async fn where_the_quietest_channel_reaches_nobody_the_others_ring_at_once() {
    let (world, gateway) = a_head_with_two_channels().await;
    world.by_bus(&ring_head(1, Grade::Concern)).await.unwrap();
    // No mail system is set up: the mail is withheld.
    send_due(&world.app, None).await.unwrap();
    assert_eq!(lines(&world, Channel::Email).await[0].state(), DeliveryState::Withheld);
    assert_eq!(held_until(&lines(&world, Channel::Voice).await[0]), None);
    (0..3).for_each(|_| gateway.then(REACHED));
    call_due(&world.app, &client(&gateway)).await.unwrap();
    assert_eq!(calls(&gateway), 1);
}

#[tokio::test]
async fn the_only_channel_of_a_person_is_never_held_and_quiet_hours_that_are_taken_back_release_what_waits() {
    let (world, _gateway) = a_head_with_two_channels().await;
    world.set_preferences(HEAD, night("")).await.unwrap();
    world.by_bus(&ring_head(1, Grade::Question)).await.unwrap();
    assert_eq!(held_until(&lines(&world, Channel::Voice).await[0]), None, "the last channel waits");
    world.set_preferences(HEAD, night("head@csc-scc.gc.ca")).await.unwrap();
    world.by_bus(&ring_head(2, Grade::Question)).await.unwrap();
    assert_eq!(held_until(&lines(&world, Channel::Voice).await[0]), Some(END));
    world.prefers(HEAD, "", "head@csc-scc.gc.ca").await.unwrap();
    assert_eq!(held_until(&lines(&world, Channel::Voice).await[0]), None, "what waited still waits");
}

#[tokio::test]
async fn hours_that_are_none_and_hours_without_a_zone_are_refused_and_nothing_changes() {
    let world = super::world::world().await;
    world.set_preferences(HEAD, night("")).await.unwrap();
    for (preferences, reason) in [
        (Preferences { quiet_until: String::new(), ..night("") }, "quiet-hours-malformed"),
        (Preferences { quiet_until: "22:00".into(), ..night("") }, "quiet-hours-malformed"),
        (Preferences { quiet_from: "25:00".into(), ..night("") }, "quiet-hours-malformed"),
        (Preferences { zone: String::new(), ..night("") }, "zone-missing"),
        (Preferences { zone: "Mars/Olympus".into(), ..night("") }, "zone-unknown"),
    ] {
        let refused = world.set_preferences(HEAD, preferences).await.unwrap_err();
        assert_eq!(refused.get_details_error_info().unwrap().reason, reason);
    }
    assert_eq!(
        world.count("select count(*) from preference where zone = 'America/Regina' and quiet_from = 1320 and quiet_until = 420").await,
        1
    );
}
