//! Table of the notes on a concern: none is changed or removed.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::Vault;

use super::sealed;
use crate::domain::alarm::concern::Audience;

/// Most notes that are told: the newest.
const MOST: i64 = 300;

/// Note to be recorded.
pub struct New<'a> {
    pub id: Uuid,
    pub concern: Uuid,
    pub audience: Audience,
    pub by: &'a str,
    pub at: OffsetDateTime,
    pub text: &'a str,
}

/// Note as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub id: Uuid,
    /// Code of the audience that it was written for.
    pub audience: String,
    pub by: String,
    pub at: OffsetDateTime,
    /// Empty where it cannot be opened now.
    pub text: String,
}

/// Records a note; the same one twice is one. Whether it is new.
pub async fn add(tx: &mut PgConnection, vault: &Vault, note: &New<'_>) -> sqlx::Result<bool> {
    let key = sealed::key(tx, vault, note.concern, note.at).await?;
    let (sealed, clear) = sealed::split(key.as_ref(), sealed::note(note.id), note.text.as_bytes())?;
    let clear = sealed.is_none().then(|| String::from_utf8_lossy(&clear).into_owned());
    let added = sqlx::query!(
        "insert into concern_note (id, concern_id, kind, written_by, written_at, text, text_sealed) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (id) do nothing",
        note.id,
        note.concern,
        note.audience.code(),
        note.by,
        note.at,
        clear,
        sealed
    )
    .execute(tx)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// Newest notes on a concern, in their order.
pub async fn of(db: &mut PgConnection, vault: &Vault, concern: Uuid) -> sqlx::Result<Vec<Note>> {
    let rows = sqlx::query!(
        "select id, kind, written_by, written_at, text, text_sealed from concern_note where concern_id = $1
         order by number desc limit $2",
        concern,
        MOST
    )
    .fetch_all(&mut *db)
    .await?;
    let mut notes = Vec::with_capacity(rows.len());
    for row in rows.into_iter().rev() {
        let text = match row.text_sealed {
            None => row.text.unwrap_or_default(),
            Some(sealed) => match vault.open(db, sealed::note(row.id), &sealed).await {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(fault) => {
                    tracing::error!(concern.id = %concern, error = %fault, "a note on a concern cannot be opened: it is shown without its text");
                    String::new()
                }
            },
        };
        notes.push(Note { id: row.id, audience: row.kind, by: row.written_by, at: row.written_at, text });
    }
    Ok(notes)
}
