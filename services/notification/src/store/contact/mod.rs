//! Tables of the contact register: values are only added, marks stay, and open reviews are one for each victim and kind [CARD5].

pub mod former;
pub mod stop;

use std::collections::{BTreeMap, BTreeSet};

use base::Private;
use messaging::outbox::{Columns, Outgoing};
use proto::normal;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{DataKey, Fault, Owner, Vault};

use super::sealed;
use crate::domain::{
    contact::{Contact, Kind, Value},
    language::Language,
};

/// Victim in this register: an index of the reference that the region gave.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Victim(String);

impl Victim {
    pub(super) fn index(&self) -> &str {
        &self.0
    }
}

/// Keys of the register: that of the index, and that of each contact to be added.
pub struct RegisterKeys {
    index: DataKey,
    contacts: BTreeMap<Owner, DataKey>,
}

impl RegisterKeys {
    /// Victim of a reference: the same under every spelling of it.
    #[must_use]
    pub fn victim(&self, reference: &Private<String>) -> Victim {
        Victim(self.index.index(&normal::key(reference.expose())))
    }

    /// Victim as a former version computed it: the spelling counted.
    #[must_use]
    pub fn victim_as_spelled(&self, reference: &Private<String>) -> Victim {
        Victim(self.index.index(reference.expose().trim()))
    }

    fn contact(&self, contact: Uuid) -> Result<&DataKey, Fault> {
        self.contacts.get(&sealed::contact(contact)).ok_or(Fault::Unknown)
    }
}

/// Keys for these contacts, which may be none.
///
/// # Errors
/// A statement failed, or there is no key.
pub async fn keys(db: &mut PgConnection, vault: &Vault, contacts: &[&Contact], at: OffsetDateTime) -> sqlx::Result<RegisterKeys> {
    let owners = contacts.iter().map(|contact| sealed::contact(contact.contact_id.uuid()));
    let owners: Vec<Owner> = std::iter::once(sealed::victim_index()).chain(owners).collect();
    let mut contacts = vault.keys_for(db, &owners, at).await?;
    let index = contacts.remove(&sealed::victim_index()).ok_or(Fault::Unknown)?;
    Ok(RegisterKeys { index, contacts })
}

/// Locks the register of these victims until the transaction ends, in one order.
///
/// # Errors
/// The statement failed.
pub async fn lock(db: &mut PgConnection, victims: &BTreeSet<Victim>) -> sqlx::Result<()> {
    let victims: Vec<String> = victims.iter().map(|victim| victim.0.clone()).collect();
    sqlx::query!(
        r#"select count(pg_advisory_xact_lock(hashtextextended('contact:' || victim, 0))) as "locked!" from unnest($1::text[]) as victim"#,
        &victims
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

/// Contact in the register.
pub struct ContactRow {
    pub contact_id: Uuid,
    pub victim: Victim,
    pub kind: Option<Kind>,
    region: String,
    value: String,
    value_sealed: Option<Vec<u8>>,
    effective_at: OffsetDateTime,
    taken_at: OffsetDateTime,
}

/// Every contact of these victims, oldest first.
///
/// # Errors
/// The statement failed.
pub async fn of_victims(db: &mut PgConnection, victims: &BTreeSet<Victim>) -> sqlx::Result<Vec<ContactRow>> {
    let victims: Vec<String> = victims.iter().map(|victim| victim.0.clone()).collect();
    let rows = sqlx::query!(
        "select contact_id, victim_ref, region, kind, value, value_sealed, effective_at, taken_at from contact_point
         where victim_ref = any($1) order by taken_at, contact_id",
        &victims,
    )
    .fetch_all(db)
    .await?;
    let contact = rows.into_iter().map(|row| ContactRow {
        contact_id: row.contact_id,
        victim: Victim(row.victim_ref),
        kind: Kind::of(&row.kind),
        region: row.region,
        value: row.value,
        value_sealed: row.value_sealed,
        effective_at: row.effective_at,
        taken_at: row.taken_at,
    });
    Ok(contact.collect())
}

/// Values of these contacts, each with its victim and kind, in their order. One that cannot be opened, or that another version wrote, hides
/// no other.
///
/// # Errors
/// The statement failed, or the key store does not answer.
pub async fn open(db: &mut PgConnection, vault: &Vault, rows: Vec<ContactRow>) -> sqlx::Result<Vec<(Victim, Kind, Value)>> {
    let sealed: Vec<&[u8]> = rows.iter().filter_map(|row| row.value_sealed.as_deref()).collect();
    let keys = vault.keys_of(db, &sealed).await?;
    let mut values = Vec::with_capacity(rows.len());
    for row in rows {
        let (Ok(region), Some(kind)) = (row.region.parse(), row.kind) else {
            tracing::error!(contact.id = %row.contact_id, "a contact is of a region or a kind that this version does not know: it is not compared");
            continue;
        };
        let value = match keys.text(sealed::value(row.contact_id), row.value_sealed.as_deref(), Some(row.value)) {
            Ok(value) => Some(value),
            Err(fault @ Fault::KeyStore(_)) => return Err(fault.into()),
            Err(fault) => {
                tracing::error!(contact.id = %row.contact_id, error = %fault, "a contact cannot be opened: somebody must compare");
                None
            }
        };
        values.push((row.victim, kind, Value { region, value, effective_at: row.effective_at, taken_at: row.taken_at }));
    }
    Ok(values)
}

/// Contact to be added.
pub struct NewContact<'a> {
    pub victim: &'a Victim,
    pub contact: &'a Contact,
    /// The event that it was taken; its aggregate is the contact.
    pub event: Outgoing,
    pub traceparent: Option<String>,
}

/// Adds contacts, each with its event, and marks victims as not to be contacted; the first mark stays. Returns the contacts that were not
/// here before. No two may be of one id.
///
/// # Errors
/// The statement failed, or a value cannot be sealed.
pub async fn add(db: &mut PgConnection, keys: &RegisterKeys, new: &[NewContact<'_>], at: OffsetDateTime) -> sqlx::Result<BTreeSet<Uuid>> {
    let c = ContactColumns::of(keys, new)?;
    let events: Vec<Outgoing> = new.iter().map(|new| new.event.clone()).collect();
    let (o, traces): (_, Vec<Option<String>>) = (Columns::of(&events), new.iter().map(|new| new.traceparent.clone()).collect());
    let added = sqlx::query_scalar!(
        r#"with pushed as (
               select * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::bytea[], $9::bool[], $10::text[],
                                    $11::timestamptz[]) with ordinality
                   as pushed (contact_id, victim_ref, region, kind, language, value_sealed, safe_contact_sealed, do_not_contact,
                              receipt_number, effective_at, place)
           ), added as (
               insert into contact_point
                   (contact_id, victim_ref, region, kind, value, language, safe_contact, value_sealed, safe_contact_sealed, do_not_contact,
                    receipt_number, effective_at, taken_at, in_one_form)
               select contact_id, victim_ref, region, kind, '', language, '', value_sealed, safe_contact_sealed, do_not_contact, receipt_number,
                      effective_at, $1, true
               from pushed
               on conflict (contact_id) do nothing
               returning contact_id
           ), marked as (
               insert into do_not_contact (victim_ref, contact_id, marked_at)
               select distinct on (victim_ref) victim_ref, contact_id, $1::timestamptz from pushed join added using (contact_id)
               where do_not_contact order by victim_ref, place
               on conflict (victim_ref) do nothing
           ), told as (
               insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
               select id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, $1, $1
               from unnest($12::uuid[], $13::uuid[], $14::text[], $15::bytea[], $16::bool[], $17::bool[], $18::bool[], $19::text[])
                        with ordinality as event (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, place)
                    join added on added.contact_id = event.aggregate
               order by place
           )
           select contact_id as "contact_id!" from added"#,
        at,
        &c.contact_id,
        &c.victim_ref,
        &c.region,
        &c.kind,
        &c.language as &[Option<String>],
        &c.value_sealed as &[Option<Vec<u8>>],
        &c.safe_contact_sealed as &[Option<Vec<u8>>],
        &c.do_not_contact,
        &c.receipt_number,
        &c.effective_at,
        &o.ids,
        &o.aggregates,
        &o.subjects,
        &o.bodies,
        &o.confirm,
        &o.urgent,
        &o.sealed,
        &traces as &[Option<String>],
    );
    Ok(added.fetch_all(db).await?.into_iter().collect())
}

#[derive(Default)]
struct ContactColumns {
    contact_id: Vec<Uuid>,
    victim_ref: Vec<String>,
    region: Vec<String>,
    kind: Vec<String>,
    language: Vec<Option<String>>,
    value_sealed: Vec<Option<Vec<u8>>>,
    safe_contact_sealed: Vec<Option<Vec<u8>>>,
    do_not_contact: Vec<bool>,
    receipt_number: Vec<String>,
    effective_at: Vec<OffsetDateTime>,
}

impl ContactColumns {
    fn of(keys: &RegisterKeys, new: &[NewContact<'_>]) -> Result<Self, Fault> {
        let mut columns = Self::default();
        for NewContact { victim, contact, .. } in new {
            let id = contact.contact_id.uuid();
            let key = keys.contact(id)?;
            let seal = |text: &Private<String>, place| sealed::given(text.expose()).map(|text| key.seal(place, text)).transpose();
            columns.contact_id.push(id);
            columns.victim_ref.push(victim.0.clone());
            columns.region.push(contact.region.code().to_owned());
            columns.kind.push(contact.kind.code().to_owned());
            columns.language.push(contact.language.map(Language::code).map(str::to_owned));
            columns.value_sealed.push(seal(&contact.value, sealed::value(id))?);
            columns.safe_contact_sealed.push(seal(&contact.safe_contact, sealed::safe_contact(id))?);
            columns.do_not_contact.push(contact.do_not_contact);
            columns.receipt_number.push(contact.receipt_number.clone());
            columns.effective_at.push(contact.effective_at);
        }
        Ok(columns)
    }
}

/// Task to compare the contacts of one victim and one kind.
pub struct Review {
    pub review_id: Uuid,
    pub victim: Victim,
    pub kind: Kind,
    pub reference: String,
}

/// Opens tasks to compare, except where one is open for the victim and kind; returns those that were opened. No two may be of one victim and
/// kind.
///
/// # Errors
/// The statement failed.
pub async fn open_reviews(db: &mut PgConnection, reviews: &[Review], at: OffsetDateTime) -> sqlx::Result<BTreeSet<Uuid>> {
    let ids: Vec<Uuid> = reviews.iter().map(|review| review.review_id).collect();
    let victims: Vec<String> = reviews.iter().map(|review| review.victim.0.clone()).collect();
    let kinds: Vec<String> = reviews.iter().map(|review| review.kind.code().to_owned()).collect();
    let references: Vec<String> = reviews.iter().map(|review| review.reference.clone()).collect();
    let opened = sqlx::query_scalar!(
        "insert into contact_review (review_id, victim_ref, kind, reference, opened_at)
         select review_id, victim_ref, kind, reference, $5
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as review (review_id, victim_ref, kind, reference)
         on conflict (victim_ref, kind) where closed_at is null do nothing
         returning review_id",
        &ids,
        &victims,
        &kinds,
        &references,
        at,
    );
    Ok(opened.fetch_all(db).await?.into_iter().collect())
}
