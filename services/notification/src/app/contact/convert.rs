//! Use case: contacts that a former version stored by the spelling of the reference are fetched once more, so that a victim is one under
//! every spelling.

use std::collections::BTreeSet;

use base::refusal::store_error;
use proto::intake::v1::{ContactPushed, contact_service_client::ContactServiceClient};
use server::client::Peer;
use uuid::Uuid;

use super::{fetch::fetch, take::ask_for_reviews};
use crate::{
    app::App,
    domain::contact::{Contact, Value, regions_differ},
    store::{self, contact::former},
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
    let ids = former::as_spelled(&mut tx, after, BATCH).await?;
    tx.commit().await?;
    Ok(ids)
}

/// Updates a contact, fetched anew: its victim is the same under every spelling from now on.
async fn convert_one(app: &App, contact: &Contact) -> sqlx::Result<()> {
    let now = app.clock.now();
    let mut tx = app.begin().await?;
    let victim = store::contact::keys(&mut tx, &app.vault, &[], now).await?.victim(&contact.victim_ref);
    let victims = BTreeSet::from([victim.clone()]);
    store::contact::lock(&mut tx, &victims).await?;
    if let Some(former) = former::victim_of(&mut tx, contact.contact_id).await? {
        former::join(&mut tx, &former, &victim, now).await?;
        let mut rows = store::contact::of_victims(&mut tx, &victims).await?;
        rows.retain(|row| row.kind == Some(contact.kind));
        let values = store::contact::open(&mut tx, &app.vault, rows).await?;
        let values: Vec<Value> = values.into_iter().map(|(_, _, value)| value).collect();
        if regions_differ(contact.kind, &values) {
            ask_for_reviews(&mut tx, app, BTreeSet::from([(victim, contact.kind)])).await?;
        }
    }
    tx.commit().await
}
