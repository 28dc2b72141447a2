//! Use case: contacts that a former version stored by the spelling of the reference are fetched once more, so that a victim is one under
//! every spelling.

use base::refusal::store_error;
use proto::intake::v1::{ContactPushed, contact_service_client::ContactServiceClient};
use server::client::Peer;
use uuid::Uuid;

use super::{fetch::fetch, take::ask_for_review};
use crate::{
    app::App,
    domain::contact::{Contact, regions_differ},
    store,
};

/// Contacts handled together.
const BATCH: i64 = 50;

/// Converts every contact of a former version; returns how many. What intake does not return, or what cannot be stored, stays for the next
/// run.
///
/// # Errors
/// The database does not answer.
pub async fn convert(app: &App, intake: &ContactServiceClient<Peer>) -> sqlx::Result<usize> {
    let (mut converted, mut after) = (0, Uuid::nil());
    loop {
        let ids = as_spelled(app, after).await?;
        let Some(last) = ids.last() else { return Ok(converted) };
        after = *last;
        for id in &ids {
            let pushed = ContactPushed { contact_id: id.to_string(), ..ContactPushed::default() };
            let Ok(contact) = fetch(intake.clone(), &pushed).await else { continue };
            match convert_one(app, &contact).await {
                Ok(()) => converted += 1,
                Err(error) => tracing::error!(contact.id = %id, error = store_error(&error), "a contact stays as it was spelled"),
            }
        }
    }
}

/// At most a batch of them, after one.
async fn as_spelled(app: &App, after: Uuid) -> sqlx::Result<Vec<Uuid>> {
    let mut tx = app.begin().await?;
    let ids = store::contact::as_spelled(&mut tx, after, BATCH).await?;
    tx.commit().await?;
    Ok(ids)
}

/// Updates a contact, fetched anew: its victim is the same under every spelling from now on.
async fn convert_one(app: &App, contact: &Contact) -> sqlx::Result<()> {
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
