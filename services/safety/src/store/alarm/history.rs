//! What happened to a concern, what was rung, and how it ended, as a reader of the concern is told.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::Vault;

use super::sealed;

/// Most entries of a timeline that are told, and most rings: the newest.
const MOST: i64 = 300;

/// Entry of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    pub revision: i64,
    pub what: String,
    pub audience: Option<String>,
    pub level: Option<i32>,
    pub actor: String,
    pub at: OffsetDateTime,
}

/// A ring of one office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    pub audience: String,
    pub office: Option<String>,
    pub step: i32,
    pub rung_at: OffsetDateTime,
    pub delivered_at: Option<OffsetDateTime>,
}

/// How a concern was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub at: OffsetDateTime,
    pub by: String,
    /// Empty where it cannot be opened now.
    pub outcome: String,
}

/// Newest entries of the timeline, in their order.
pub async fn timeline(db: &mut PgConnection, concern: Uuid) -> sqlx::Result<Vec<Happened>> {
    let mut newest = sqlx::query_as!(
        Happened,
        "select revision, what, audience, level, actor, at from timeline where concern_id = $1 order by revision desc limit $2",
        concern,
        MOST
    )
    .fetch_all(db)
    .await?;
    newest.reverse();
    Ok(newest)
}

/// Newest rings, in their order.
pub async fn rings(db: &mut PgConnection, concern: Uuid) -> sqlx::Result<Vec<Rung>> {
    let mut newest = sqlx::query_as!(
        Rung,
        "select audience, office, step, rung_at, delivered_at from ring where concern_id = $1 order by rung_at desc, id desc limit $2",
        concern,
        MOST
    )
    .fetch_all(db)
    .await?;
    newest.reverse();
    Ok(newest)
}

/// How a closed concern ended; `None` while it is open.
pub async fn ended(db: &mut PgConnection, vault: &Vault, concern: Uuid) -> sqlx::Result<Option<Ended>> {
    let row = sqlx::query!("select closed_at, closed_by, outcome, outcome_sealed from concern where id = $1", concern);
    let Some(row) = row.fetch_optional(&mut *db).await? else { return Ok(None) };
    let (Some(at), Some(by)) = (row.closed_at, row.closed_by) else { return Ok(None) };
    let outcome = match row.outcome_sealed {
        None => row.outcome.unwrap_or_default(),
        Some(sealed) => match vault.open(db, sealed::outcome(concern), &sealed).await {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(fault) => {
                tracing::error!(concern.id = %concern, error = %fault, "the outcome of a concern cannot be opened: it is shown without it");
                String::new()
            }
        },
    };
    Ok(Some(Ended { at, by, outcome }))
}
