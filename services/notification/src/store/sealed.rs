//! Places of the sealed values of this service, and the sealing of what is still in clear.

use base::Private;
use messaging::leftovers::{BATCH, Leftovers};
use proto::normal;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{DataKey, Fault, Owner, Place, Vault, object_of};

/// Replacement of a text that cannot be opened: an alarm is shown all the same.
pub const CANNOT_BE_READ: &str = "[cannot be read at the moment: call NHQ · illisible pour l'instant : appelez l'AC]";

/// Owner of the key of all notices about one object.
pub(super) const fn about(about: Uuid) -> Owner {
    Owner::of("about", about)
}

pub(super) fn person(subject: &str) -> Owner {
    Owner::of("person", object_of(subject))
}

pub(super) const fn contact(contact: Uuid) -> Owner {
    Owner::of("contact", contact)
}

pub(super) fn email(subject: &str) -> Place {
    Place::new("preference", "email", object_of(subject))
}

/// Place of an address that waits for its code.
pub(super) fn awaiting(subject: &str) -> Place {
    Place::new("preference", "awaiting", object_of(subject))
}

/// Place of that code.
pub(super) fn code(subject: &str) -> Place {
    Place::new("preference", "code", object_of(subject))
}

pub(super) const fn value(contact: Uuid) -> Place {
    Place::new("contact_point", "value", contact)
}

pub(super) const fn safe_contact(contact: Uuid) -> Place {
    Place::new("contact_point", "safe_contact", contact)
}

/// Place of an item: its row is what makes it one item, for its id changes when it rings again.
pub(super) fn item(column: &'static str, recipient: &str, template: &str, about: Uuid, audience: Option<&str>) -> Place {
    Place::new("inbox_item", column, object_of(&format!("{about}|{}|{template}|{recipient}", audience.unwrap_or_default())))
}

/// Owner of the key under which victims' references are indexed.
pub(super) fn victim_index() -> Owner {
    Owner::of("index", object_of("victim_ref"))
}

/// Index of a victim's reference in the tables.
///
/// # Errors
/// A statement failed, or there is no key.
async fn index(db: &mut PgConnection, vault: &Vault, reference: &str, at: OffsetDateTime) -> sqlx::Result<String> {
    let key = vault.key(db, victim_index(), at).await?;
    Ok(key.index(reference))
}

/// The text, or words that it cannot be read.
pub(super) fn or_marked(opened: Result<Private<String>, Fault>) -> Private<String> {
    opened.unwrap_or_else(|fault| {
        tracing::error!(error = %fault, "a text cannot be opened: it is shown without its words");
        CANNOT_BE_READ.to_owned().into()
    })
}

/// The three texts of an item, sealed.
pub(super) struct Sealed {
    pub title: Vec<u8>,
    pub body: Vec<u8>,
    pub envelope: Option<Vec<u8>>,
}

impl Sealed {
    pub fn new(
        key: &DataKey,
        place: impl Fn(&'static str) -> Place,
        title: &str,
        body: &str,
        envelope: Option<&[u8]>,
    ) -> Result<Self, Fault> {
        Ok(Self {
            title: key.seal(place("title"), title.as_bytes())?,
            body: key.seal(place("body"), body.as_bytes())?,
            envelope: envelope.map(|bytes| key.seal(place("envelope"), bytes)).transpose()?,
        })
    }
}

/// Values in clear in this database: rows of a former version, and rings that came while no key was available.
pub struct InClear;

impl Leftovers for InClear {
    async fn seal(&self, tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
        let told = items(tx, vault, at).await? + emails(tx, vault, at).await?;
        Ok(told + contacts(tx, vault, at).await? + references(tx, vault, at).await?)
    }
}

async fn items(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        "select item_id, recipient, template, about, audience, title, body, envelope from inbox_item
         where title <> '' or body <> '' or envelope is not null order by item_id limit $1 for update skip locked",
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let place = |column| item(column, &row.recipient, &row.template, row.about, row.audience.as_deref());
        let sealed = match vault.key(tx, about(row.about), at).await {
            Ok(key) => Sealed::new(&key, place, &row.title, &row.body, row.envelope.as_deref())?,
            // An item under a key that was destroyed stays as it is, and keeps no other from being sealed.
            Err(error) if vault::fault(&error) == Some(&Fault::Destroyed) => continue,
            Err(error) => return Err(error),
        };
        sqlx::query!(
            "update inbox_item set title = '', body = '', envelope = null, title_sealed = $2, body_sealed = $3, envelope_sealed = $4
             where item_id = $1",
            row.item_id,
            sealed.title,
            sealed.body,
            sealed.envelope
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(rows.len())
}

async fn emails(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        r#"select subject, email as "email!" from preference where email is not null order by subject limit $1 for update skip locked"#,
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let sealed = vault.seal(tx, person(&row.subject), email(&row.subject), row.email.as_bytes(), at).await?;
        sqlx::query!("update preference set email = null, email_sealed = $2 where subject = $1", row.subject, sealed)
            .execute(&mut *tx)
            .await?;
    }
    Ok(rows.len())
}

async fn contacts(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        "select contact_id, value, safe_contact from contact_point where value <> '' or safe_contact <> ''
         order by contact_id limit $1 for update skip locked",
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let key = vault.key(tx, contact(row.contact_id), at).await?;
        let held = given(&row.value).map(|text| key.seal(value(row.contact_id), text)).transpose()?;
        let safe = given(&row.safe_contact).map(|text| key.seal(safe_contact(row.contact_id), text)).transpose()?;
        sqlx::query!(
            "update contact_point set value = '', safe_contact = '', value_sealed = $2, safe_contact_sealed = $3 where contact_id = $1",
            row.contact_id,
            held,
            safe
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(rows.len())
}

/// Replaces references that a former version stored in clear by indexes, in every table at once.
async fn references(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let former = sqlx::query_scalar!(
        r#"select distinct victim_ref as "victim_ref!" from contact_point where not starts_with(victim_ref, 'hmac-sha256:') limit $1"#,
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for reference in &former {
        let index = index(tx, vault, &normal::key(reference), at).await?;
        sqlx::query!("update contact_point set victim_ref = $2, in_one_form = true where victim_ref = $1", reference, index)
            .execute(&mut *tx)
            .await?;
        sqlx::query!("update do_not_contact set victim_ref = $2 where victim_ref = $1", reference, index).execute(&mut *tx).await?;
        sqlx::query!("update contact_review set victim_ref = $2 where victim_ref = $1", reference, index).execute(&mut *tx).await?;
        sqlx::query!("update delivery set victim_ref = $2 where victim_ref = $1", reference, index).execute(&mut *tx).await?;
    }
    Ok(former.len())
}

/// Bytes of a text that is not empty.
pub(super) fn given(text: &str) -> Option<&[u8]> {
    (!text.is_empty()).then_some(text.as_bytes())
}

/// Sealed value, or `None` where an alarm must not wait for a key and is stored in clear.
pub(super) fn unless_an_alarm<T>(sealed: sqlx::Result<T>, alarm: bool) -> sqlx::Result<Option<T>> {
    if alarm { vault::or_clear(sealed, "inbox_item") } else { sealed.map(Some) }
}
