//! Use case: contacts that regions pushed enter the register. No value is lost, a mark is never lifted by silence, and where regions differ
//! a person is asked to compare [CARD5, R5b, CCRA 26(6)].

use std::collections::{BTreeMap, BTreeSet};

use base::trace;
use messaging::outbox::Outgoing;
use proto::{notification::v1::ContactTaken, subject};
use sqlx::PgConnection;
use time::OffsetDateTime;
use tracing::Span;
use uuid::Uuid;

use crate::{
    app::{
        App,
        letter::{Letter, write_letters},
    },
    domain::{
        contact::{Contact, Kind, Value, regions_differ},
        fact::rj_unit,
        template::{Data, Template},
    },
    store::{
        self,
        contact::{ContactRow, NewContact, RegisterKeys, Review, Victim},
    },
};

/// Fetched contact, and its trace.
pub struct ReceivedContact {
    pub contact: Contact,
    pub span: Span,
}

/// Adds contacts in the caller's transaction; the same contact twice is added once.
///
/// # Errors
/// A statement failed.
pub async fn take(tx: &mut PgConnection, app: &App, received: &[ReceivedContact]) -> sqlx::Result<()> {
    let now = app.clock.now();
    let mut once = BTreeSet::new();
    let received: Vec<&ReceivedContact> = received.iter().filter(|received| once.insert(received.contact.contact_id)).collect();
    if received.is_empty() {
        return Ok(());
    }
    let contacts: Vec<&Contact> = received.iter().map(|received| &received.contact).collect();
    let keys = store::contact::keys(tx, &app.vault, &contacts, now).await?;
    let victims: Vec<Victim> = contacts.iter().map(|contact| keys.victim(&contact.victim_ref)).collect();
    let rows = register(tx, &keys, &contacts, &victims, now).await?;
    let held: BTreeSet<Uuid> = rows.iter().map(|row| row.contact_id).collect();
    let new: Vec<(&ReceivedContact, &Victim)> =
        received.into_iter().zip(&victims).filter(|(received, _)| !held.contains(&received.contact.contact_id.uuid())).collect();
    let needs_review = compare(tx, app, rows, &new).await?;
    let rows = new.iter().zip(&needs_review);
    let rows: Vec<NewContact<'_>> =
        rows.map(|((received, victim), needs_review)| new_contact(app, received, victim, *needs_review)).collect();
    let added = store::contact::add(tx, &keys, &rows, now).await?;
    let mut differing = BTreeSet::new();
    for ((ReceivedContact { contact, span }, victim), needs_review) in new.into_iter().zip(needs_review) {
        if !added.contains(&contact.contact_id.uuid()) {
            continue;
        }
        if needs_review {
            differing.insert((victim.clone(), contact.kind));
        }
        span.in_scope(|| {
            tracing::info!(contact.id = %contact.contact_id, contact.region = contact.region.code(), needs_review, "contact taken");
        });
    }
    ask_for_reviews(tx, app, differing).await
}

/// Locks the register of these victims and reads it; what a former version stored under a spelling of theirs is joined.
async fn register(
    tx: &mut PgConnection,
    keys: &RegisterKeys,
    contacts: &[&Contact],
    victims: &[Victim],
    now: OffsetDateTime,
) -> sqlx::Result<Vec<ContactRow>> {
    // Two regions at the same moment must see each other's value.
    let mut asked: BTreeSet<Victim> = victims.iter().cloned().collect();
    store::contact::lock(tx, &asked).await?;
    let spelled = contacts.iter().map(|contact| keys.victim_as_spelled(&contact.victim_ref)).zip(victims);
    let former: BTreeMap<Victim, &Victim> = spelled.filter(|(spelled, victim)| spelled != *victim).collect();
    asked.extend(former.keys().cloned());
    let mut rows = store::contact::of_victims(tx, &asked).await?;
    let mut joined = BTreeSet::new();
    for row in &mut rows {
        let Some(victim) = former.get(&row.victim) else { continue };
        if joined.insert(row.victim.clone()) {
            store::contact::former::join(tx, &row.victim, victim, now).await?;
        }
        row.victim = (*victim).clone();
    }
    Ok(rows)
}

/// Whether the regions differ after each of these contacts, in their order.
async fn compare(
    tx: &mut PgConnection,
    app: &App,
    mut rows: Vec<ContactRow>,
    new: &[(&ReceivedContact, &Victim)],
) -> sqlx::Result<Vec<bool>> {
    let asked: BTreeSet<(&Victim, Kind)> = new.iter().map(|(received, victim)| (*victim, received.contact.kind)).collect();
    rows.retain(|row| row.kind.is_some_and(|kind| asked.contains(&(&row.victim, kind))));
    let mut values: BTreeMap<(Victim, Kind), Vec<Value>> = BTreeMap::new();
    for (victim, kind, value) in store::contact::open(tx, &app.vault, rows).await? {
        values.entry((victim, kind)).or_default().push(value);
    }
    let differ = new.iter().map(|(ReceivedContact { contact, .. }, victim)| {
        let values = values.entry(((*victim).clone(), contact.kind)).or_default();
        let (effective_at, taken_at) = (contact.effective_at, app.clock.now());
        values.push(Value { region: contact.region, value: Some(contact.value.clone()), effective_at, taken_at });
        regions_differ(contact.kind, values)
    });
    Ok(differ.collect())
}

fn new_contact<'a>(
    app: &App,
    ReceivedContact { contact, span }: &'a ReceivedContact,
    victim: &'a Victim,
    needs_review: bool,
) -> NewContact<'a> {
    let event = ContactTaken { contact_id: contact.contact_id.to_string(), needs_review };
    let event = Outgoing::event(&app.ids, contact.contact_id.uuid(), subject::CONTACT_TAKEN, &event);
    NewContact { victim, contact, event, traceparent: trace::of(span) }
}

/// Opens one review task for each victim and kind, however many values differ.
///
/// # Errors
/// A statement failed.
pub(super) async fn ask_for_reviews(tx: &mut PgConnection, app: &App, differing: BTreeSet<(Victim, Kind)>) -> sqlx::Result<()> {
    if differing.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    let review = |(victim, kind)| Review { review_id: app.ids.uuid(), victim, kind, reference: app.notice_reference() };
    let reviews: Vec<Review> = differing.into_iter().map(review).collect();
    let opened = store::contact::open_reviews(tx, &reviews, now).await?;
    let reviews = reviews.into_iter().filter(|review| opened.contains(&review.review_id));
    let notices: Vec<(Uuid, Data)> =
        reviews.map(|review| (review.review_id, Data { reference: review.reference, happened_at: Some(now), ..Data::default() })).collect();
    let letters = notices.iter().map(|(about, data)| Letter {
        recipient: rj_unit(),
        template: Template::ContactReview,
        about: *about,
        data,
        alarm: None,
        step: None,
        again: false,
    });
    write_letters(tx, app, letters.collect()).await
}
