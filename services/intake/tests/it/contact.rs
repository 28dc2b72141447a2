//! Contacts pushed by the regions: once per key, no value lost, read by notification alone.

use base::{Caller, Error};
use intake::{
    app::{
        App,
        contact::{get::get_contact, push::push_contact},
        referral::get_receipt::get_receipt,
    },
    domain::{Receipt, Repeat},
};
use proto::{
    intake::v1::{ContactKind, ContactPushed, VictimContact},
    role, subject,
};

use crate::support::*;

fn phone(key: &str, value: &str) -> VictimContact {
    VictimContact {
        idempotency_key: key.into(),
        region: "pacific".into(),
        victim_ref: "PAC-0001".into(),
        victim_name: "Ada Exemple".into(),
        kind: ContactKind::Phone.into(),
        value: value.into(),
        safe_contact: "weekdays after 17:00; leave no message".into(),
        ..VictimContact::default()
    }
}

fn vso(region: &str) -> Caller {
    caller(&format!("vso-{region}"), &[role::VICTIM_SERVICES_OFFICER], &[], &[region])
}

async fn push(app: &App, caller: &Caller, contact: VictimContact) -> Result<Receipt, &'static str> {
    let (told, body) = intake::wire::contact(contact);
    push_contact(app, caller, &told, &body).await.map_err(|error| match error {
        Error::Refused(refusal) => refusal.reason,
        other => panic!("{other}"),
    })
}

#[tokio::test]
async fn a_contact_pushed_twice_is_one_and_another_value_under_its_key_is_not_lost() {
    let app = app().await;
    let first = push(&app, &vso("pacific"), phone("1", "604-555-0100")).await.unwrap();
    let again = push(&app, &vso("pacific"), phone("1", "604-555-0100")).await.unwrap();
    assert_eq!((first.repeat, again.repeat, &again.number), (Repeat::First, Repeat::SameBody, &first.number));
    for _ in 0..2 {
        let other = push(&app, &vso("pacific"), phone("1", "604-555-0199")).await.unwrap();
        assert_eq!((other.repeat, &other.number), (Repeat::OtherBody, &first.number));
    }
    let facts: Vec<ContactPushed> = waiting(&app, subject::CONTACT_PUSHED).await;
    assert_eq!((count(&app, "contact").await, facts.len()), (2, 2));
    let notification = caller("service:notification", &["service:notification"], &[], &[]);
    let mut values = Vec::new();
    for fact in facts {
        assert_eq!(fact.region, "pacific");
        let (_, full) = get_contact(&app, &notification, &fact.contact_id).await.unwrap();
        values.push(intake::wire::kept_contact(&full.content, &full.key).unwrap().value);
    }
    assert_eq!(values, ["604-555-0100", "604-555-0199"]);
}

#[tokio::test]
async fn nobody_pushes_for_another_region_and_nobody_but_notification_reads_a_contact() {
    let app = app().await;
    assert_eq!(push(&app, &vso("quebec"), phone("1", "604-555-0100")).await, Err("region-not-yours"));
    let noted: Vec<(String, String, String, String)> =
        sqlx::query_as("select actor, action, outcome, reason from audit_staged").fetch_all(&app.database.admin).await.unwrap();
    let noted: Vec<[&str; 4]> = noted.iter().map(|(a, b, c, d)| [a.as_str(), b, c, d]).collect();
    assert_eq!(noted, [["vso-quebec", "contact.push", "refused", "region-not-yours"]], "the try stands in the log");
    push(&app, &vso("pacific"), phone("1", "604-555-0100")).await.unwrap();
    let id = waiting::<ContactPushed>(&app, subject::CONTACT_PUSHED).await[0].contact_id.clone();
    for person in [vso("pacific"), officer(1), staff("mission"), caller("service:cases", &["service:cases"], &[], &[])] {
        assert!(matches!(get_contact(&app, &person, &id).await, Err(Error::NotFound)));
    }
}

#[tokio::test]
async fn a_contact_receipt_is_read_by_whoever_pushed_it_and_by_the_unit() {
    let app = app().await;
    let receipt = push(&app, &vso("pacific"), phone("1", "604-555-0100")).await.unwrap();
    for person in [vso("pacific"), officer(1)] {
        assert_eq!(get_receipt(&app, &person, &receipt.number).await.unwrap().number, receipt.number);
    }
    assert!(matches!(get_receipt(&app, &vso("quebec"), &receipt.number).await, Err(Error::NotFound)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_pushes_of_one_key_at_once_give_one_contact() {
    let app = app().await;
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { push(&app, &vso("pacific"), phone("1", "604-555-0100")).await.unwrap() })
        })
        .collect();
    let mut firsts = 0;
    for call in calls {
        firsts += usize::from(call.await.unwrap().repeat == Repeat::First);
    }
    assert_eq!((firsts, count(&app, "contact").await, count(&app, "outbox").await), (1, 1, 1));
}

#[tokio::test]
async fn a_return_to_an_earlier_number_counts_and_the_one_told_last_again_does_not() {
    let app = app().await;
    let (one, other) = ("604-555-0100", "604-555-0199");
    // Each time under one key, in whatever spelling, and each time twice.
    for (key, value) in [("Dossier-1", one), ("dossier\u{2011}1", other), ("DOSSIER-1", one), ("Dossier-1", other)] {
        for _ in 0..2 {
            push(&app, &vso("pacific"), phone(key, value)).await.unwrap();
        }
    }
    let facts: Vec<ContactPushed> = waiting(&app, subject::CONTACT_PUSHED).await;
    let mut values = Vec::new();
    for fact in &facts {
        let (_, full) = get_contact(&app, &Caller::service("notification"), &fact.contact_id).await.unwrap();
        values.push(intake::wire::kept_contact(&full.content, &full.key).unwrap().value);
    }
    assert_eq!(values, [one, other, one, other]);
    // Without a key each push is its own.
    for _ in 0..2 {
        assert_eq!(push(&app, &vso("pacific"), phone("", one)).await.unwrap().repeat, Repeat::First);
    }
    assert_eq!(waiting::<ContactPushed>(&app, subject::CONTACT_PUSHED).await.len(), 6);
}
