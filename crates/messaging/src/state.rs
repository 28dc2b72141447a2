//! State of the outbox and of the quarantine for whoever operates a service: counts, codes and times. No content is read.

use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Groups of quarantined messages that are told apart.
const GROUPS: i64 = 50;

/// Messages that wait, and when the oldest of them was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    pub count: i64,
    pub oldest: Option<OffsetDateTime>,
}

/// What an outbox still has to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outbox {
    /// No stream has taken them.
    pub to_carry: Waiting,
    /// A stream has taken them; their receiver has not confirmed them.
    pub to_confirm: Waiting,
}

/// Quarantined messages of one subject and reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub subject: String,
    pub reason: String,
    pub waiting: Waiting,
}

/// A quarantined message without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    pub id: Uuid,
    pub consumer: String,
    pub subject: String,
    pub reason: String,
    pub detail: String,
    pub received_at: OffsetDateTime,
    /// Bytes that are kept of it.
    pub size: i64,
    /// SHA-256 of its event id: a sender may have written anything there.
    pub digest: String,
    /// How often it was tried again in vain.
    pub tries: i32,
    pub replay_asked_at: Option<OffsetDateTime>,
}

/// What came of a request to try a message again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// It is tried within seconds.
    Asked,
    /// It was tried and applied before.
    Applied,
}

/// State of the outbox.
///
/// # Errors
/// The statement failed.
pub async fn outbox(db: &mut PgConnection) -> sqlx::Result<Outbox> {
    let row = sqlx::query!(
        r#"select carried.count as "to_carry!", carried.oldest as oldest_to_carry, confirmed.count as "to_confirm!",
                  confirmed.oldest as oldest_to_confirm
           from (select count(*) as count, min(created_at) as oldest from outbox where carried_at is null) carried,
                (select count(*) as count, min(created_at) as oldest from outbox
                 where must_be_confirmed and confirmed_at is null and carried_at is not null) confirmed"#
    )
    .fetch_one(db)
    .await?;
    Ok(Outbox {
        to_carry: Waiting { count: row.to_carry, oldest: row.oldest_to_carry },
        to_confirm: Waiting { count: row.to_confirm, oldest: row.oldest_to_confirm },
    })
}

/// Quarantined messages: all of them, and by subject and reason, the most numerous first.
///
/// # Errors
/// A statement failed.
pub async fn quarantine(db: &mut PgConnection) -> sqlx::Result<(Waiting, Vec<Group>)> {
    let all = sqlx::query!(r#"select count(*) as "count!", min(received_at) as oldest from quarantine where released_at is null"#)
        .fetch_one(&mut *db)
        .await?;
    let groups = sqlx::query!(
        r#"select subject, reason, count(*) as "count!", min(received_at) as oldest from quarantine where released_at is null
           group by subject, reason order by count(*) desc, subject, reason limit $1"#,
        GROUPS
    )
    .fetch_all(db)
    .await?;
    let group = |row: (String, String, i64, Option<OffsetDateTime>)| Group {
        subject: row.0,
        reason: row.1,
        waiting: Waiting { count: row.2, oldest: row.3 },
    };
    let groups = groups.into_iter().map(|row| group((row.subject, row.reason, row.count, row.oldest))).collect();
    Ok((Waiting { count: all.count, oldest: all.oldest }, groups))
}

/// Quarantined messages after a position, oldest first; or the one that is named.
///
/// # Errors
/// The statement failed.
pub async fn quarantined(
    db: &mut PgConnection,
    only: Option<Uuid>,
    after: Option<(OffsetDateTime, Uuid)>,
    limit: i64,
) -> sqlx::Result<Vec<Quarantined>> {
    let (at, id) = after.unzip();
    let rows = sqlx::query!(
        r#"select id, consumer, event_id, subject, reason, detail, received_at, tries, replay_asked_at,
                  coalesce(octet_length(sealed), octet_length(body) + octet_length(headers::text))::bigint as "size!"
           from quarantine
           where released_at is null and ($1::uuid is null or id = $1) and ($2::timestamptz is null or (received_at, id) > ($2, $3))
           order by received_at, id limit $4"#,
        only,
        at,
        id,
        limit
    )
    .fetch_all(db)
    .await?;
    let message = rows.into_iter().map(|row| Quarantined {
        id: row.id,
        consumer: row.consumer,
        subject: row.subject,
        reason: row.reason,
        detail: row.detail,
        received_at: row.received_at,
        size: row.size,
        digest: hex::encode(Sha256::digest(row.event_id.as_bytes())),
        tries: row.tries,
        replay_asked_at: row.replay_asked_at,
    });
    Ok(message.collect())
}

/// Asks for a message to be tried again; `None` where there is none of this id. Asked again it stays asked.
///
/// # Errors
/// A statement failed.
pub async fn ask_replay(db: &mut PgConnection, id: Uuid, at: OffsetDateTime) -> sqlx::Result<Option<Replay>> {
    let released = sqlx::query_scalar!(
        r#"update quarantine set replay_asked_at = case when released_at is null then coalesce(replay_asked_at, $2) else replay_asked_at end
           where id = $1 returning released_at is not null as "released!""#,
        id,
        at
    )
    .fetch_optional(db)
    .await?;
    Ok(released.map(|released| if released { Replay::Applied } else { Replay::Asked }))
}
