//! Content of concerns, sealed under a key of each; in clear only while no key is available.

use messaging::leftovers::{BATCH, Leftovers};
use proto::subject;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{DataKey, Owner, Place, Vault};

pub(in crate::store) const fn content(concern: Uuid) -> Place {
    Place::new("concern", "content", concern)
}

pub(in crate::store) const fn outcome(concern: Uuid) -> Place {
    Place::new("concern", "outcome", concern)
}

pub(in crate::store) const fn variant(id: Uuid) -> Place {
    Place::new("concern_variant", "content", id)
}

pub(in crate::store) const fn note(id: Uuid) -> Place {
    Place::new("concern_note", "text", id)
}

/// Key of a concern; `None` where it is unavailable, which is logged as an error and is no reason to wait.
///
/// # Errors
/// A statement failed.
pub async fn key(tx: &mut PgConnection, vault: &Vault, concern: Uuid, at: OffsetDateTime) -> sqlx::Result<Option<DataKey>> {
    vault::or_clear(vault.key(tx, Owner::of("concern", concern), at).await, "concern")
}

/// Sealed value, and what is left in clear: all of it where there is no key.
pub(in crate::store) fn split(key: Option<&DataKey>, place: Place, value: &[u8]) -> sqlx::Result<(Option<Vec<u8>>, Vec<u8>)> {
    let sealed = key.map(|key| key.seal(place, value).map_err(sqlx::Error::from));
    let sealed = match sealed {
        Some(sealed) => vault::or_clear(sealed, "concern")?,
        None => None,
    };
    let clear = if sealed.is_some() { Vec::new() } else { value.to_vec() };
    Ok((sealed, clear))
}

/// Values in clear in this database: rows of a former version, and what was recorded without a key.
pub struct InClear;

impl Leftovers for InClear {
    const SUBJECTS: &'static [&'static str] = &[subject::RING_DUE];

    async fn seal(&self, tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
        Ok(concerns(tx, vault, at).await? + variants(tx, vault, at).await? + notes(tx, vault, at).await?)
    }
}

async fn concerns(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        "select id, content, outcome, content_sealed, outcome_sealed from concern
         where (content <> '' or outcome <> '') order by id limit $1 for update skip locked",
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let key = vault.key(tx, Owner::of("concern", row.id), at).await?;
        let said = if row.content.is_empty() { row.content_sealed.clone() } else { Some(key.seal(content(row.id), &row.content)?) };
        let ended = match row.outcome.as_deref() {
            None | Some("") => row.outcome_sealed.clone(),
            Some(text) => Some(key.seal(outcome(row.id), text.as_bytes())?),
        };
        sqlx::query!(
            "update concern set content = '', outcome = case when outcome is null then null else '' end, content_sealed = $2,
                    outcome_sealed = $3 where id = $1",
            row.id,
            said,
            ended
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(rows.len())
}

async fn variants(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        "select id, concern_id, content from concern_variant where content <> '' order by id limit $1 for update skip locked",
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let key = vault.key(tx, Owner::of("concern", row.concern_id), at).await?;
        let sealed = key.seal(variant(row.id), &row.content)?;
        sqlx::query!("update concern_variant set content = '', content_sealed = $2 where id = $1", row.id, sealed)
            .execute(&mut *tx)
            .await?;
    }
    Ok(rows.len())
}

async fn notes(tx: &mut PgConnection, vault: &Vault, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        r#"select id, concern_id, text as "text!" from concern_note where text is not null order by id limit $1 for update skip locked"#,
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let key = vault.key(tx, Owner::of("concern", row.concern_id), at).await?;
        let sealed = key.seal(note(row.id), row.text.as_bytes())?;
        sqlx::query!("update concern_note set text = null, text_sealed = $2 where id = $1", row.id, sealed).execute(&mut *tx).await?;
    }
    Ok(rows.len())
}
