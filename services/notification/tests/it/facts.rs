//! Facts of intake and cases are told to whoever works on them, and to nobody else.

use notification::bus::Facts;
use proto::{
    cases::v1::{CaseOpened, MediatorAssigned},
    intake::v1::{Origin, ReferralReceived, intake_client::IntakeClient},
    subject,
};
use uuid::Uuid;

use crate::{
    smtp::Smtp,
    world::{START, World, head, hear, officer, person, world},
};

/// The handler, with an intake that does not answer.
pub fn facts(world: &World, intake_url: &str) -> Facts {
    let peer = chassis::client::connect(intake_url, None, None, Some(chassis::client::DEADLINE)).unwrap();
    Facts { app: world.app.clone(), intake: IntakeClient::new(peer) }
}

const NO_INTAKE: &str = "http://127.0.0.1:1";

fn case_id() -> String {
    Uuid::from_u128(0xca5e).to_string()
}

pub async fn assign(world: &World, mediator: &str) {
    let event = MediatorAssigned { case_id: case_id(), mediator: mediator.to_owned(), assigned_at: Some(chassis::wire::timestamp(START)) };
    hear(&world.app.pool, &facts(world, NO_INTAKE), subject::MEDIATOR_ASSIGNED, &event).await.unwrap();
}

#[tokio::test]
async fn the_rj_unit_is_told_of_a_referral_and_of_the_case_it_becomes_once_each() {
    let world = world().await;
    let handler = facts(&world, NO_INTAKE);
    let received = ReferralReceived {
        referral_id: Uuid::from_u128(0x4ef).to_string(),
        origin: Origin::Community.into(),
        counted_origin: Origin::Institutional.into(),
        site: "mission".into(),
        received_at: Some(chassis::wire::timestamp(START)),
    };
    let opened = CaseOpened { case_id: case_id(), referral_id: received.referral_id.clone(), opened_at: received.received_at };
    for _ in 0..2 {
        hear(&world.app.pool, &handler, subject::REFERRAL_RECEIVED, &received).await.unwrap();
        hear(&world.app.pool, &handler, subject::CASE_OPENED, &opened).await.unwrap();
    }
    let items = world.inbox(&officer("rj-officer-1")).await;
    let mut templates: Vec<&str> = items.iter().map(|item| item.template.as_str()).collect();
    templates.sort_unstable();
    assert_eq!(templates, ["case-opened", "referral-received"]);
    let referral = items.iter().find(|item| item.template == "referral-received").unwrap();
    assert!(referral.body.contains("An institutional referral waits") && referral.body.contains("Un renvoi d'un établissement attend"));
    assert!(referral.body.contains("Site: mission") && referral.body.contains("2026-01-05 12:00 UTC"));
    assert!(referral.envelope.is_none() && referral.concern_id.is_empty());
    for stranger in [person("mediator-1"), head("head-1", "mission")] {
        assert!(world.inbox(&stranger).await.is_empty());
    }
}

#[tokio::test]
async fn a_mediator_is_told_of_an_assignment_in_the_inbox_and_by_a_mail_without_content() {
    let (world, smtp) = (world().await, Smtp::up().await);
    world.prefers("mediator-1", "en", "ada.exemple@csc-scc.gc.ca").await.unwrap();
    assign(&world, "mediator-1").await;
    let item = world.inbox(&person("mediator-1")).await.remove(0);
    assert!(item.body.contains(&case_id()));
    assert!(world.inbox(&person("mediator-2")).await.is_empty());

    notification::app::send_mail::send_due(&world.app, Some(&smtp.mailer())).await.unwrap();
    let mail = smtp.arrived().remove(0);
    assert!(mail.body().starts_with("You have a message in the secure inbox. Reference RN-"), "{}", mail.body());
    for word in ["case", "mediat", &case_id()] {
        assert!(!mail.raw.to_lowercase().contains(word), "{word}: {}", mail.raw);
    }
    let quoted = mail.header("Subject").replace("You have a message: ", "");
    assert!(item.body.contains(&quoted), "the reference in the mail is found in the inbox");
}

#[tokio::test]
async fn the_ledger_tells_who_was_told_by_which_channel_and_nothing_of_what() {
    let world = world().await;
    assign(&world, "mediator-1").await;
    let ledger = world.ledger().await;
    assert_eq!((ledger.len(), ledger[0].recipient.as_str(), ledger[0].template.as_str()), (1, "mediator-1", "mediator-assigned"));
    assert_eq!((ledger[0].attempts, ledger[0].language.as_str()), (1, "en+fr"));
    let columns: Vec<String> = sqlx::query_scalar("select column_name::text from information_schema.columns where table_name = 'delivery'")
        .fetch_all(&world.admin)
        .await
        .unwrap();
    for content in ["title", "body", "email", "address", "envelope"] {
        assert!(!columns.iter().any(|column| column == content), "{content}");
    }
}
