//! Table of what is shown for identities, sealed under a key of each.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Owner, Place, Vault, object_of};

use crate::domain::directory::person::Person;

const fn name(person: Uuid) -> Place {
    Place::new("person", "name", person)
}

const fn telephone(person: Uuid) -> Place {
    Place::new("person", "telephone", person)
}

/// Writes what is shown for an identity.
///
/// # Errors
/// A statement failed, or there is no key.
pub async fn put(tx: &mut PgConnection, vault: &Vault, person: &Person, by: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    let id = object_of(&person.subject);
    let key = vault.key(&mut *tx, Owner::of("person", id), at).await?;
    let sealed = |place, text: &str| (!text.is_empty()).then(|| key.seal(place, text.as_bytes())).transpose();
    let (name, telephone) = (sealed(name(id), person.name.expose())?, sealed(telephone(id), person.telephone.expose())?);
    sqlx::query!(
        "insert into person (subject, name_sealed, telephone_sealed, set_by, set_at) values ($1, $2, $3, $4, $5)
         on conflict (subject) do update set name_sealed = excluded.name_sealed, telephone_sealed = excluded.telephone_sealed,
             set_by = excluded.set_by, set_at = excluded.set_at",
        person.subject,
        name,
        telephone,
        by,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Everybody for whom something is shown, by identity. What cannot be opened is left empty, and logged once for all.
///
/// # Errors
/// A statement failed.
pub async fn all(tx: &mut PgConnection, vault: &Vault, limit: i64) -> sqlx::Result<Vec<Person>> {
    let rows = sqlx::query!("select subject, name_sealed, telephone_sealed from person order by subject limit $1", limit)
        .fetch_all(&mut *tx)
        .await?;
    let sealed: Vec<&[u8]> = rows.iter().flat_map(|row| [&row.name_sealed, &row.telephone_sealed]).flatten().map(Vec::as_slice).collect();
    let keys = vault.keys_of(tx, &sealed).await?;
    let mut closed = 0_usize;
    let mut open = |place, sealed: Option<&[u8]>| {
        keys.text(place, sealed, None).unwrap_or_else(|_| {
            closed += 1;
            String::new().into()
        })
    };
    let people = rows.iter().map(|row| {
        let id = object_of(&row.subject);
        let (name, telephone) = (open(name(id), row.name_sealed.as_deref()), open(telephone(id), row.telephone_sealed.as_deref()));
        Person { subject: row.subject.clone(), name, telephone }
    });
    let people = people.collect();
    if closed > 0 {
        tracing::error!(entries = closed, "names or telephones of people cannot be opened: their identities are shown instead");
    }
    Ok(people)
}
