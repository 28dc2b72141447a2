//! Calls by the gateway: what it is sent, what becomes of a call however the gateway fails, and that no inbox and no mail waits for it.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use notification::{
    app::{Calls, gateway::call_due, mail::send_due},
    bus::Concerns,
    channels::gateway::Gateway,
    domain::gateway::{Hints, REPORT_WITHIN},
};
use proto::{
    notification::v1::{Channel, DeliveryState},
    safety::v1::{Audience, ConcernChanged, Grade},
    subject,
};
use time::Duration;
use uuid::Uuid;

use super::{
    smtp::Smtp,
    stand_in::{Does, StandIn},
    world::{CONCERN, World, hear, person, ring_head, world},
};

const SECRET: [u8; 32] = [7; 32];

impl StandIn {
    fn client(&self) -> Gateway {
        let hints = Hints { dashboard: Some("https://ro.example.org".into()), telephone: Some("+1 613 555 0100".into()) };
        Gateway::new(&self.address, &format!("whsec_{}", STANDARD.encode(SECRET)), hints).unwrap()
    }
}

/// The head of Mission is rung, and a gateway is there.
async fn rung(grade: Grade) -> World {
    let mut world = world().await;
    world.app.calls = Calls::on();
    world.by_bus(&ring_head(0, grade)).await.unwrap();
    world
}

/// The line of the gateway in the ledger, as (recipient, state, attempts, reason).
async fn call(world: &World) -> (String, DeliveryState, i32, String) {
    let mut lines = world.ledger().await.into_iter().filter(|line| line.channel() == Channel::Gateway);
    let line = lines.next().unwrap();
    assert!(lines.next().is_none(), "one call for one ring");
    (line.recipient.clone(), line.state(), line.attempts, line.reason)
}

fn line(state: DeliveryState, attempts: i32, reason: &str) -> (String, DeliveryState, i32, String) {
    ("institutional-head/mission".to_owned(), state, attempts, reason.to_owned())
}

#[tokio::test]
async fn the_duty_desk_is_called_with_reference_and_urgency_signed_and_without_a_word_of_the_concern() {
    let (world, gateway) = (rung(Grade::Imminent).await, StandIn::up(&[Does::Answer(200, "{\"state\":\"delivered\"}")]).await);
    assert_eq!(call(&world).await, line(DeliveryState::Pending, 0, ""));
    assert_eq!(call_due(&world.app, &gateway.client()).await.unwrap(), 1);
    assert_eq!(call(&world).await, line(DeliveryState::Delivered, 1, ""));

    let (head, body) = gateway.came().remove(0);
    assert!(body.contains("RS-7KDM-Q4XP") && body.contains("imminent") && body.contains("+1 613 555 0100"), "{body}");
    assert!(body.contains(&format!("https://ro.example.org/en/concerns/{}", Uuid::from_u128(CONCERN))), "{body}");
    assert!(!body.contains("marker") && !head.contains("marker"), "{body}");
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap().to_owned();
    let content = format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp"));
    let signature = STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &SECRET), content.as_bytes()));
    assert_eq!(header("webhook-signature"), format!("v1,{signature}"));
    assert_eq!(call_due(&world.app, &gateway.client()).await.unwrap(), 0, "called once");
}

#[tokio::test]
async fn a_gateway_that_fails_in_any_way_is_asked_again_until_it_takes_the_call() {
    let does = [Does::Answer(500, ""), Does::Answer(429, ""), Does::HangsUp, Does::Answer(302, ""), Does::Answer(202, "not json")];
    let (world, gateway) = (rung(Grade::Imminent).await, StandIn::up(&does).await);
    let client = gateway.client();
    for (attempt, reason) in [(1, "gateway-refused"), (2, "gateway-refused"), (3, "gateway-unreachable"), (4, "gateway-unreachable")] {
        assert_eq!(call_due(&world.app, &client).await.unwrap(), 1);
        assert_eq!(call(&world).await, line(DeliveryState::Retrying, attempt, reason));
        assert_eq!(call_due(&world.app, &client).await.unwrap(), 0, "not before its time");
        world.clock.advance(Duration::MINUTE);
    }
    assert_eq!(call_due(&world.app, &client).await.unwrap(), 1);
    assert_eq!(call(&world).await, line(DeliveryState::Sent, 5, ""));
    let ids: Vec<String> = gateway.came().iter().map(|(head, _)| head.split("webhook-id: ").nth(1).unwrap()[..36].to_owned()).collect();
    assert!(ids.windows(2).all(|two| two[0] == two[1]), "the same call twice is one for the gateway: {ids:?}");
}

#[tokio::test]
async fn a_silent_gateway_holds_up_no_inbox_and_no_mail() {
    let (world, gateway, smtp) = (rung(Grade::Imminent).await, StandIn::up(&[Does::IsSilent]).await, Smtp::up().await);
    world.prefers("head-mission-1", "fr", "ada.exemple@csc-scc.gc.ca").await.unwrap();
    let client = gateway.client();
    let calling = call_due(&world.app, &client);
    let others = async {
        world.by_bus(&ring_head(1, Grade::Imminent)).await.unwrap();
        assert_eq!(send_due(&world.app, Some(&smtp.mailer())).await.unwrap(), 1);
        assert_eq!(world.inbox(&person("head-mission-1")).await.len(), 1);
        smtp.arrived().len()
    };
    let (tried, mails) = tokio::join!(calling, others);
    assert_eq!((tried.unwrap(), mails), (1, 1));
    assert_eq!(world.count("select count(*) from delivery where channel = 'gateway' and reason = 'gateway-timeout'").await, 1);
}

#[tokio::test]
async fn a_late_report_that_nobody_was_reached_is_on_the_ledger_and_the_mail_goes_at_once() {
    let reports = [Does::Answer(202, ""), Does::Answer(503, ""), Does::Answer(200, "{\"state\":\"failed\"}")];
    let (world, gateway) = (rung(Grade::Imminent).await, StandIn::up(&reports).await);
    let client = gateway.client();
    for state in [DeliveryState::Sent, DeliveryState::Sent] {
        assert_eq!(call_due(&world.app, &client).await.unwrap(), 1);
        assert_eq!(call(&world).await, line(state, 1, ""));
        world.clock.advance(Duration::seconds(5));
    }
    // The mail of the same item waits for a later moment.
    let later =
        "update delivery set channel = 'email', state = 'retrying', finished_at = null, due_at = '2026-01-06' where channel = 'inbox'
                 and recipient = 'institutional-head/mission'";
    sqlx::query(later).execute(&world.admin).await.unwrap();
    assert_eq!(call_due(&world.app, &client).await.unwrap(), 1);
    assert_eq!(call(&world).await, line(DeliveryState::Failed, 1, "not-reached"));
    assert_eq!(world.count("select count(*) from delivery where channel = 'email' and due_at < '2026-01-05 12:01Z'").await, 1);
    let (head, _) = gateway.came().remove(1);
    assert!(head.starts_with("GET /rings/"), "{head}");
}

#[tokio::test]
async fn a_gateway_that_never_reports_or_has_gone_ends_the_call_as_failed() {
    let (world, gateway) = (rung(Grade::Imminent).await, StandIn::up(&[]).await);
    call_due(&world.app, &gateway.client()).await.unwrap();
    world.clock.advance(REPORT_WITHIN);
    call_due(&world.app, &gateway.client()).await.unwrap();
    assert_eq!(call(&world).await, line(DeliveryState::Failed, 1, "no-report"));
    let (world, gateway) = (rung(Grade::Imminent).await, StandIn::up(&[Does::Answer(410, "")]).await);
    call_due(&world.app, &gateway.client()).await.unwrap();
    assert_eq!(call(&world).await, line(DeliveryState::Failed, 1, "gateway-gone"));
}

#[tokio::test]
async fn once_the_head_has_accepted_nobody_is_called_any_more() {
    let (world, gateway) = (rung(Grade::Imminent).await, StandIn::up(&[Does::Answer(500, "")]).await);
    call_due(&world.app, &gateway.client()).await.unwrap();
    let accepted = ConcernChanged {
        concern_id: Uuid::from_u128(CONCERN).to_string(),
        what: "accepted".into(),
        audience: Audience::ResponsibleHead.into(),
        ..ConcernChanged::default()
    };
    hear(&world.app.pool, &Concerns { app: world.app.clone() }, subject::CONCERN_CHANGED, &accepted).await.unwrap();
    assert_eq!(call(&world).await, line(DeliveryState::Withheld, 1, "accepted"));
    world.clock.advance(Duration::hours(1));
    assert_eq!(call_due(&world.app, &gateway.client()).await.unwrap(), 0);
    assert_eq!(gateway.came().len(), 1);
}

#[tokio::test]
async fn without_a_gateway_no_call_stands_on_the_ledger() {
    let world = world().await;
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    assert!(world.ledger().await.iter().all(|line| line.channel() != Channel::Gateway));
}
