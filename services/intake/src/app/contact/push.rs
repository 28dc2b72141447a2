//! Use case: record victim contacts pushed by the regions, by gRPC or by the bus; no value is ever lost [R5b, CARD5].

use std::str::FromStr;

use audit_log::Act;
use base::{Caller, Error, Result, wire::timestamp};
use messaging::outbox::{self, Outgoing};
use proto::{id::Region, intake::v1::ContactPushed, reference, subject};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    access,
    app::{App, CONTACT, answer},
    domain::{
        Answer, Body, Receipt, Repeat,
        contact::{self, Examined, PushedContact, RECEIPT_PREFIX},
    },
    error,
    store::contact::{self as store, New},
};

const MAX_ROUNDS: usize = 8;

/// Records a contact pushed by the caller.
///
/// # Errors
/// A refusal with the field to mend; another region's contact.
pub async fn push_contact(app: &App, caller: &Caller, told: &PushedContact, body: &Body) -> Result<Receipt> {
    let examined = contact::examine(told, app.ids.uuid(), app.clock.now())?;
    if let Err(refusal) = access::may_push_for(caller, examined.region) {
        // Acting for another's region is logged; an invalid form is not.
        let tried = Act::new(caller, "contact.push", CONTACT, "");
        return audit_log::watched(&app.pool, tried, app.clock.now(), Err(refusal.into())).await;
    }
    let mut tx = app.begin(caller, [examined.region.code().to_owned()]).await?;
    let receipt = record(&mut tx, app, &caller.subject, &examined, body).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(receipt)
}

/// Records a contact received on the subject of `region`, and answers there, in the caller's transaction.
///
/// # Errors
/// The database failed.
pub async fn push_from_bus(db: &mut PgConnection, app: &App, region: Region, told: &PushedContact, body: &Body) -> Result<()> {
    let verdict = if Region::from_str(&told.region).is_ok_and(|stated| stated != region) {
        Err(error::region_mismatch())
    } else {
        contact::examine(told, app.ids.uuid(), app.clock.now())
    };
    let answered = match verdict {
        Ok(examined) => Answer::Recorded(record(db, app, &format!("bus:{}", region.code()), &examined, body).await?),
        Err(refusal) => Answer::Refused { refusal, key: told.idempotency_key.clone() },
    };
    Ok(answer::send(db, app, &region, &answered, app.clock.now()).await?)
}

async fn record(db: &mut PgConnection, app: &App, submitter: &str, contact: &Examined, body: &Body) -> Result<Receipt> {
    let at = app.clock.now();
    store::queue(db, contact).await?;
    let receipt = |number: String, received_at, repeat| Receipt { number, received_at, key: contact.key.to_string(), repeat };
    for _ in 0..MAX_ROUNDS {
        let (id, number) = (app.ids.uuid(), reference::make(RECEIPT_PREFIX, app.ids.number()));
        let new = New { id, variant_of: None, place: 0, receipt_number: &number, contact, body, submitter };
        // Looked up before the insert: each insert makes a key.
        let Some((first, latest)) = store::find(db, contact).await? else {
            if store::insert(db, &app.vault, &new, at).await? {
                announce(db, app, id, contact.region, at).await?;
                return Ok(receipt(number, at, Repeat::First));
            }
            continue;
        };
        let repeat = if first.body_hash == body.hash() { Repeat::SameBody } else { Repeat::OtherBody };
        // The latest value counts, and only its repetition is none. A return to an earlier value is published like any other value.
        if latest.body_hash != body.hash() {
            let variant = New { variant_of: Some(first.id), place: latest.place + 1, receipt_number: &first.receipt_number, ..new };
            if store::insert(db, &app.vault, &variant, at).await? {
                announce(db, app, id, contact.region, at).await?;
            }
        }
        return Ok(receipt(first.receipt_number, first.received_at, repeat));
    }
    Err(Error::Internal("no free receipt number was found".into()))
}

async fn announce(db: &mut PgConnection, app: &App, id: Uuid, region: Region, at: OffsetDateTime) -> sqlx::Result<()> {
    let fact = ContactPushed { contact_id: id.to_string(), region: region.code().to_owned(), received_at: Some(timestamp(at)) };
    outbox::enqueue(db, &Outgoing::event(&app.ids, id, subject::CONTACT_PUSHED, &fact), at).await
}
