//! Use case: a region's contact enters the register. No value is lost, a mark is never lifted by silence, and where regions differ a person
//! is asked to compare [CARD5, R5b, CCRA 26(6)].

use messaging::outbox::{self, Outgoing};
use proto::{notification::v1::ContactTaken, subject};
use sqlx::PgConnection;

use crate::{
    app::{
        App,
        letter::{Letter, write_letters},
    },
    domain::{
        contact::{Contact, regions_differ},
        fact::rj_unit,
        template::{Data, Template},
    },
    store::{self, contact::Victim},
};

/// Adds the contact in the caller's transaction; the same contact twice is added once.
///
/// # Errors
/// A statement failed.
pub async fn take(tx: &mut PgConnection, app: &App, contact: &Contact) -> sqlx::Result<()> {
    let now = app.clock.now();
    // Two regions at the same moment must see each other's value.
    let victim = store::contact::victim(tx, &app.vault, &contact.victim_ref, now).await?;
    store::contact::lock(tx, &victim).await?;
    let spelled = store::contact::victim_as_spelled(tx, &app.vault, &contact.victim_ref, now).await?;
    if spelled != victim {
        store::contact::join(tx, &spelled, &victim, now).await?;
    }
    if !store::contact::add(tx, &app.vault, &victim, contact, now).await? {
        return Ok(());
    }
    if contact.do_not_contact {
        store::contact::mark_do_not_contact(tx, &victim, contact, now).await?;
    }
    let values = store::contact::values(tx, &app.vault, &victim, contact.kind).await?;
    let needs_review = regions_differ(contact.kind, &values);
    if needs_review {
        ask_for_review(tx, app, &victim, contact).await?;
    }
    let event = ContactTaken { contact_id: contact.contact_id.to_string(), needs_review };
    outbox::enqueue(tx, &Outgoing::event(&app.ids, contact.contact_id.uuid(), subject::CONTACT_TAKEN, &event), now).await?;
    tracing::info!(contact.id = %contact.contact_id, contact.region = contact.region.code(), needs_review, "contact taken");
    Ok(())
}

/// Opens one review task for each victim and kind, however many values differ.
pub(super) async fn ask_for_review(tx: &mut PgConnection, app: &App, victim: &Victim, contact: &Contact) -> sqlx::Result<()> {
    let now = app.clock.now();
    let (review_id, reference) = (app.ids.uuid(), app.notice_reference());
    if !store::contact::open_review(tx, review_id, victim, contact, &reference, now).await? {
        return Ok(());
    }
    let data = Data { reference, happened_at: Some(now), ..Data::default() };
    let template = Template::ContactReview;
    let letter = Letter { recipient: rj_unit(), template, about: review_id, data: &data, alarm: None, again: false };
    write_letters(tx, app, vec![letter]).await
}
