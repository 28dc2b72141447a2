//! Table of the delivery ledger: a line for each attempt to tell somebody something, by every channel.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::delivery::{Channel, Reason, State, TRIES, Verdict};

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
    /// End of the quiet hours that it waits for.
    pub held_until: Option<OffsetDateTime>,
}

/// Cursor of a page of the ledger: after this line.
pub type After = (OffsetDateTime, Uuid);

/// Page of the newest lines of the ledger, and where the next one begins.
///
/// # Errors
/// The statement failed.
pub async fn list(db: &mut PgConnection, after: Option<After>, limit: i64) -> sqlx::Result<(Vec<Line>, Option<After>)> {
    let (at, id) = after.unzip();
    let rows = sqlx::query_as!(
        Row,
        "select delivery_id, recipient, template, channel, state, attempts, reason, language, created_at, finished_at,
             case when state in ('pending', 'retrying') then held_until end as held_until
         from delivery where $2::timestamptz is null or (created_at, delivery_id) < ($2, $3::uuid)
         order by created_at desc, delivery_id desc limit $1",
        limit + 1,
        at,
        id
    )
    .fetch_all(db)
    .await?;
    Ok(page(rows, limit))
}

/// The same of the lines that tell of one reference.
///
/// # Errors
/// The statement failed.
pub async fn list_of(db: &mut PgConnection, reference: &str, after: Option<After>, limit: i64) -> sqlx::Result<(Vec<Line>, Option<After>)> {
    let (at, id) = after.unzip();
    let rows = sqlx::query_as!(
        Row,
        "select delivery_id, recipient, template, channel, state, attempts, reason, language, created_at, finished_at,
             case when state in ('pending', 'retrying') then held_until end as held_until
         from delivery where reference = $1 and ($3::timestamptz is null or (created_at, delivery_id) < ($3, $4::uuid))
         order by created_at desc, delivery_id desc limit $2",
        reference,
        limit + 1,
        at,
        id
    )
    .fetch_all(db)
    .await?;
    Ok(page(rows, limit))
}

/// The first `limit` lines, and the last of them where there are more.
fn page(mut rows: Vec<Row>, limit: i64) -> (Vec<Line>, Option<After>) {
    let limit = usize::try_from(limit).unwrap_or_default();
    let is_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| is_more).map(|last| (last.created_at, last.delivery_id));
    (rows.into_iter().filter_map(Row::read).collect(), next)
}

/// Records what became of a delivery; one that has ended stays ended. Where it failed, what waits for the same item by another channel is due at
/// once. Where it reached nobody, or was tried some times in vain, nothing of the item is held by quiet hours any more.
///
/// # Errors
/// The statement failed.
pub async fn conclude(db: &mut PgConnection, delivery_id: Uuid, verdict: Verdict, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "with concluded as (
             update delivery
             set state = $2, reason = $3, due_at = coalesce($4::timestamptz, due_at),
                 finished_at = case when $4::timestamptz is null then $5::timestamptz end
             where delivery_id = $1 and state in ('pending', 'sent', 'retrying')
             returning item_id, state, attempts)
         update delivery set due_at = case when concluded.state = 'failed' then least(due_at, $5) else due_at end, held_until = null
         from concluded
         where (concluded.state = 'failed' or (delivery.held_until is not null
                 and (concluded.state = 'withheld' or (concluded.state = 'retrying' and concluded.attempts >= $6))))
             and delivery.item_id = concluded.item_id and delivery.delivery_id <> $1 and delivery.state in ('pending', 'retrying')",
        delivery_id,
        verdict.state.code(),
        verdict.reason.map_or("", Reason::code),
        verdict.again_at,
        at,
        TRIES
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Releases what waits for the quiet hours of a person: they have changed.
///
/// # Errors
/// The statement failed.
pub async fn release(db: &mut PgConnection, recipient: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update delivery set held_until = null where recipient = $1 and held_until is not null and state in ('pending', 'retrying')",
        recipient
    )
    .execute(db)
    .await?;
    Ok(())
}

struct Row {
    delivery_id: Uuid,
    recipient: String,
    template: String,
    channel: String,
    state: String,
    attempts: i32,
    reason: String,
    language: String,
    created_at: OffsetDateTime,
    finished_at: Option<OffsetDateTime>,
    held_until: Option<OffsetDateTime>,
}

impl Row {
    /// One line that another version wrote hides no other.
    fn read(self) -> Option<Line> {
        let (Some(channel), Some(state)) = (Channel::of(&self.channel), State::of(&self.state)) else {
            tracing::error!(delivery.id = %self.delivery_id, "a line of the ledger cannot be read by this version: it is passed over");
            return None;
        };
        Some(Line {
            delivery_id: self.delivery_id,
            recipient: self.recipient,
            template: self.template,
            channel,
            state,
            attempts: self.attempts,
            reason: self.reason,
            language: self.language,
            created_at: self.created_at,
            finished_at: self.finished_at,
            held_until: self.held_until,
        })
    }
}
