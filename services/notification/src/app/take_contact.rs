//! Use case: a region's contact enters the register. No value is lost, a mark is never lifted by silence, and where regions differ a person
//! is asked to compare [CARD5, R5b, CCRA 26(6)].

use messaging::outbox::{self, Outgoing};
use proto::{notification::v1::ContactTaken, subject};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    App,
    post::{Letter, post},
    tell::{notice_reference, rj_unit},
};
use crate::{
    domain::{
        contact::{Contact, regions_differ},
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
    let told = ContactTaken { contact_id: contact.contact_id.to_string(), needs_review };
    outbox::enqueue(tx, &Outgoing::event(&app.ids, contact.contact_id.uuid(), subject::CONTACT_TAKEN, &told), now).await?;
    tracing::info!(contact.id = %contact.contact_id, contact.region = contact.region.code(), needs_review, "contact taken");
    Ok(())
}

/// Contacts of a former version handled together.
const BATCH: i64 = 50;

/// Contacts that a former version stored by the spelling of the reference, at most a batch, after one.
///
/// # Errors
/// The statement failed.
pub async fn as_spelled(app: &App, after: Uuid) -> sqlx::Result<Vec<Uuid>> {
    let mut tx = app.begin().await?;
    let ids = store::contact::as_spelled(&mut tx, after, BATCH).await?;
    tx.commit().await?;
    Ok(ids)
}

/// Updates a contact of a former version, fetched anew: its victim is the same under every spelling from now on.
///
/// # Errors
/// A statement failed.
pub async fn in_one_form(app: &App, contact: &Contact) -> sqlx::Result<()> {
    let now = app.clock.now();
    let mut tx = app.begin().await?;
    let victim = store::contact::victim(&mut tx, &app.vault, &contact.victim_ref, now).await?;
    store::contact::lock(&mut tx, &victim).await?;
    if let Some(former) = store::contact::victim_of(&mut tx, contact.contact_id).await? {
        store::contact::join(&mut tx, &former, &victim, now).await?;
        let values = store::contact::values(&mut tx, &app.vault, &victim, contact.kind).await?;
        if regions_differ(contact.kind, &values) {
            ask_for_review(&mut tx, app, &victim, contact).await?;
        }
    }
    tx.commit().await
}

/// Opens one review task for each victim and kind, however many values differ.
async fn ask_for_review(tx: &mut PgConnection, app: &App, victim: &Victim, contact: &Contact) -> sqlx::Result<()> {
    let now = app.clock.now();
    let (review_id, reference) = (app.ids.uuid(), notice_reference(app));
    if !store::contact::open_review(tx, review_id, victim, contact, &reference, now).await? {
        return Ok(());
    }
    let data = Data { reference, happened_at: Some(now), ..Data::default() };
    let template = Template::ContactReview;
    let letter = Letter { recipient: rj_unit(), template, about: review_id, data: &data, alarm: None, again: false };
    post(tx, app, vec![letter]).await
}
