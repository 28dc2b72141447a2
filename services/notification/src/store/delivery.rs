//! Table of the delivery ledger: a line for each attempt to tell somebody something, by every channel.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::delivery::{Channel, State};

/// Line of the ledger, without content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub delivery_id: Uuid,
    pub recipient: String,
    pub template: String,
    pub channel: Channel,
    pub state: State,
    pub attempts: i32,
    pub reason: String,
    pub language: String,
    pub created_at: OffsetDateTime,
    pub finished_at: Option<OffsetDateTime>,
}

/// Newest lines of the ledger.
///
/// # Errors
/// The statement failed.
pub async fn list(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Line>> {
    let rows = sqlx::query!(
        "select delivery_id, recipient, template, channel, state, attempts, reason, language, created_at, finished_at
         from delivery order by created_at desc, delivery_id desc limit $1",
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let (Some(channel), Some(state)) = (Channel::of(&row.channel), State::of(&row.state)) else {
                // One line that another version wrote hides no other.
                tracing::error!(delivery.id = %row.delivery_id, "a line of the ledger cannot be read by this version: it is passed over");
                return None;
            };
            Some(Line {
                delivery_id: row.delivery_id,
                recipient: row.recipient,
                template: row.template,
                channel,
                state,
                attempts: row.attempts,
                reason: row.reason,
                language: row.language,
                created_at: row.created_at,
                finished_at: row.finished_at,
            })
        })
        .collect())
}
