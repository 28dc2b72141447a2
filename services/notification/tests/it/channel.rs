//! Numbers of a person's own: confirmed by a code that was sent to them, sent nothing but that code before, and rung by the gateway after.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use harness::uniform::asked;
use notification::{
    app::{Calls, gateway::call_due},
    channels::gateway::Gateway,
    domain::gateway::Hints,
};
use proto::{
    notification::v1::{
        AddChannelRequest, Channel, ConfirmChannelRequest, DeliveryState, ListChannelsRequest, Number, OwnChannel,
        channel_service_server::ChannelService as _,
    },
    safety::v1::Grade,
};
use time::Duration;
use tonic::Status;
use tonic_types::StatusExt as _;

use super::{
    stand_in::{Does, StandIn},
    world::{World, person, ring_head, world},
};

pub const HEAD: &str = "head-mission-1";
pub const REACHED: Does = Does::Answer(200, "{\"state\":\"delivered\"}");

pub fn client(gateway: &StandIn) -> Gateway {
    Gateway::new(&gateway.address, &format!("whsec_{}", STANDARD.encode([7; 32])), Hints::default()).unwrap()
}

pub async fn with_gateway() -> World {
    let mut world = world().await;
    world.app.calls = Calls::on();
    world.service = notification::grpc::Server { app: world.app.clone() };
    world
}

pub async fn add(world: &World, who: &str, kind: Channel, number: &str) -> Result<String, Status> {
    let number = Some(Number { kind: kind.into(), number: number.to_owned() });
    let request = asked(&person(who), AddChannelRequest { number, ..AddChannelRequest::default() });
    world.service.add_channel(request).await.map(|answer| answer.into_inner().channel_id)
}

pub async fn confirm(world: &World, who: &str, channel_id: &str, code: &str) -> Result<(), Status> {
    let request = asked(&person(who), ConfirmChannelRequest { channel_id: channel_id.to_owned(), code: code.to_owned() });
    world.service.confirm_channel(request).await.map(|_| ())
}

async fn channels(world: &World) -> Vec<OwnChannel> {
    world.service.list_channels(asked(&person(HEAD), ListChannelsRequest {})).await.unwrap().into_inner().channels
}

/// What the gateway was asked, as JSON.
pub fn asked_for(gateway: &StandIn) -> Vec<serde_json::Value> {
    let posts = gateway.came().into_iter().filter(|(head, _)| head.starts_with("POST"));
    posts.map(|(_, body)| serde_json::from_str(&body).unwrap()).collect()
}

/// The code that the gateway was asked to bring last.
pub fn code(gateway: &StandIn) -> String {
    let last = asked_for(gateway).into_iter().rfind(|asked| asked["type"] == "channel.code").unwrap();
    last["data"]["text_en"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect()
}

fn reason(refused: Result<impl Sized, Status>) -> String {
    refused.err().unwrap().get_details_error_info().unwrap().reason
}

#[tokio::test]
async fn a_number_is_sent_its_code_first_and_rings_once_it_is_confirmed() {
    let (world, gateway) = (with_gateway().await, StandIn::up(&[REACHED]).await);
    let id = add(&world, HEAD, Channel::Voice, "613 555-0100").await.unwrap();
    call_due(&world.app, &client(&gateway)).await.unwrap();
    let sent = asked_for(&gateway).remove(0);
    assert_eq!(sent["data"]["to"], serde_json::json!({ "by": "voice", "number": "+16135550100" }));
    assert_eq!(code(&gateway).len(), 6);

    // Not confirmed, it is sent no ring.
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    assert!(world.lines(Channel::Voice).await.iter().all(|line| line.0 == DeliveryState::Delivered), "its code alone");
    assert_eq!(reason(confirm(&world, HEAD, &id, "12345x").await), "code-wrong");
    assert_eq!(confirm(&world, "mediator-9", &id, &code(&gateway)).await.unwrap_err().code(), tonic::Code::NotFound);
    confirm(&world, HEAD, &id, &code(&gateway)).await.unwrap();
    confirm(&world, HEAD, &id, "once more").await.unwrap();

    gateway.then(REACHED);
    gateway.then(REACHED);
    world.clock.advance(Duration::MINUTE);
    world.by_bus(&ring_head(1, Grade::Imminent)).await.unwrap();
    call_due(&world.app, &client(&gateway)).await.unwrap();
    let rings: Vec<_> = asked_for(&gateway).into_iter().filter(|asked| asked["type"] == "ring.due").collect();
    let numbers: Vec<&str> = rings.iter().filter_map(|ring| ring["data"]["to"]["number"].as_str()).collect();
    assert_eq!(numbers, ["+16135550100"], "the number, besides the duty desk");
    assert!(!rings.iter().any(|ring| ring.to_string().contains("marker")));
    let listed = channels(&world).await.remove(0);
    assert!(listed.confirmed && listed.used_at.is_some() && listed.name == "+16135550100");
}

#[tokio::test]
async fn a_code_is_given_up_after_ten_minutes_or_five_tries_and_nobody_is_sent_one_without_end() {
    let (world, gateway) = (with_gateway().await, StandIn::up(&[]).await);
    let id = add(&world, HEAD, Channel::Text, "613 555-0100").await.unwrap();
    call_due(&world.app, &client(&gateway)).await.unwrap();
    for _ in 0..5 {
        assert_eq!(reason(confirm(&world, HEAD, &id, "0").await), "code-wrong");
    }
    assert_eq!(reason(confirm(&world, HEAD, &id, &code(&gateway)).await), "code-over", "after five tries the right one is none");
    let again = add(&world, HEAD, Channel::Text, "+1 613 555 0100").await.unwrap();
    assert_eq!(channels(&world).await.len(), 1, "the same number is one channel");
    call_due(&world.app, &client(&gateway)).await.unwrap();
    let second = code(&gateway);
    world.clock.advance(Duration::minutes(10));
    assert_eq!(reason(confirm(&world, HEAD, &again, &second).await), "code-over");
    for _ in 0..5 {
        add(&world, HEAD, Channel::Text, "613 555-0100").await.unwrap();
    }
    assert_eq!(reason(add(&world, HEAD, Channel::Text, "613 555-0199").await), "too-many-codes");
    // A code that was not taken in time is not sent any more.
    world.clock.advance(Duration::minutes(11));
    let before = asked_for(&gateway).len();
    while call_due(&world.app, &client(&gateway)).await.unwrap() > 0 {}
    assert_eq!(asked_for(&gateway).len(), before);
}

#[tokio::test]
async fn a_number_that_is_none_is_refused_and_without_a_gateway_none_can_be_added() {
    let world = with_gateway().await;
    for (kind, number) in [(Channel::Text, "911"), (Channel::Voice, ""), (Channel::Email, "613 555-0100")] {
        assert_eq!(reason(add(&world, HEAD, kind, number).await), "number-malformed");
    }
    let without = super::world::world().await;
    assert_eq!(reason(add(&without, HEAD, Channel::Text, "613 555-0100").await), "gateway-not-configured");
}

#[tokio::test]
async fn two_people_have_one_number_each_for_themselves_and_neither_takes_it_from_the_other() {
    let (world, gateway) = (with_gateway().await, StandIn::up(&[]).await);
    let first = add(&world, HEAD, Channel::Voice, "613 555-0100").await.unwrap();
    call_due(&world.app, &client(&gateway)).await.unwrap();
    confirm(&world, HEAD, &first, &code(&gateway)).await.unwrap();
    add(&world, "mediator-9", Channel::Voice, "613 555-0100").await.unwrap();
    assert!(channels(&world).await[0].confirmed);
    assert_eq!(add(&world, HEAD, Channel::Voice, "(613) 555-0100").await.unwrap(), first, "confirmed, it stays as it is");
    assert!(channels(&world).await[0].confirmed);
}
