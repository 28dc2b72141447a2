//! Texts of concerns, read for what they name: the first text and every other received under the same id.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::Vault;

use super::{concern::Closing, sealed};
use crate::domain::alarm::concern::State;

/// Concern with all that was said under its id.
pub struct Said {
    pub id: Uuid,
    pub state: State,
    /// Time of the last statement under its id.
    pub said_at: OffsetDateTime,
    /// Its closing, where it is closed.
    pub closing: Option<Closing>,
    /// `ro.safety.v1.Concern`, each as received. Protected B.
    pub texts: Vec<Vec<u8>>,
    /// A text could not be opened.
    pub unread: bool,
}

/// A concern that is not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    pub id: Uuid,
    /// Time of the last statement under its id.
    pub said_at: OffsetDateTime,
    /// Last applied report of cases on where the person is.
    pub case_site: Option<Uuid>,
}

/// The open concerns after an id, in the order of their ids. A drill freezes nothing.
///
/// # Errors
/// The statement failed.
pub async fn open(db: &mut PgConnection, after: Uuid, limit: i64) -> sqlx::Result<Vec<Open>> {
    sqlx::query_as!(
        Open,
        r#"select id, greatest(raised_at, (select max(received_at) from concern_variant where concern_id = concern.id)) as "said_at!", case_site
           from concern where state <> 'closed' and grade <> 'drill' and id > $1 order by id limit $2"#,
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// Those of the concerns that are known.
///
/// # Errors
/// A statement failed. A text that cannot be opened is said to be unread.
pub async fn said(db: &mut PgConnection, vault: &Vault, ids: &[Uuid]) -> sqlx::Result<Vec<Said>> {
    let concerns = sqlx::query!(
        "select id, state, raised_at, closed_at, closed_by, closed_signature, content, content_sealed from concern where id = any($1)",
        ids
    )
    .fetch_all(&mut *db)
    .await?;
    let variants =
        sqlx::query!("select id, concern_id, content, content_sealed, received_at from concern_variant where concern_id = any($1)", ids)
            .fetch_all(&mut *db)
            .await?;
    let sealed = concerns.iter().map(|row| &row.content_sealed).chain(variants.iter().map(|row| &row.content_sealed));
    let keys = vault.keys_of(db, &sealed.flatten().map(Vec::as_slice).collect::<Vec<_>>()).await?;
    let mut found = Vec::with_capacity(concerns.len());
    for row in concerns {
        let first = (sealed::content(row.id), row.content_sealed, row.content);
        let others = variants.iter().filter(|variant| variant.concern_id == row.id);
        let others = others.map(|v| (sealed::variant(v.id), v.content_sealed.clone(), v.content.clone()));
        let said_at = variants.iter().filter(|v| v.concern_id == row.id).map(|v| v.received_at).fold(row.raised_at, OffsetDateTime::max);
        let (mut texts, mut unread) = (Vec::new(), false);
        for (place, sealed, clear) in std::iter::once(first).chain(others) {
            match sealed.map(|sealed| keys.open(place, &sealed)) {
                None => texts.push(clear),
                Some(Ok(bytes)) => texts.push(bytes.into_inner()),
                Some(Err(fault)) => {
                    tracing::error!(concern.id = %row.id, error = %fault, "what a concern names cannot be opened");
                    unread = true;
                }
            }
        }
        let state = row.state.parse().map_err(|_| sqlx::Error::Decode("concern.state is not a known code".into()))?;
        let closing = row.closed_by.zip(row.closed_at).map(|(by, at)| Closing { by, at, signature: row.closed_signature });
        found.push(Said { id: row.id, state, said_at, closing, texts, unread });
    }
    Ok(found)
}
