//! Push messages in the delivery ledger: queued to show that a browser is rung, leased while its push service is asked.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{
    concern::Grade,
    language::{Language, mark},
    push::{Lane, Push},
};

/// Template of the message that shows a person that a browser is rung.
pub const SHOWN: &str = "channel-added";

/// Push message that is due, leased to this worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub delivery_id: Uuid,
    pub recipient: String,
    /// Channel that it leaves by.
    pub via: Uuid,
    pub push: Push,
    /// Number of requests, this one included.
    pub attempts: i32,
}

/// Queues a message that shows the person that this channel works.
///
/// # Errors
/// The statement failed.
pub async fn queue_shown(
    db: &mut PgConnection,
    delivery_id: Uuid,
    via: Uuid,
    recipient: &str,
    reference: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into delivery
             (delivery_id, recipient, template, channel, via, state, language, reference, attempts, created_at, due_at)
         select $1, $2, $3, 'push', $4, 'pending', coalesce((select language from preference where subject = $2), $5), $6, 0, $7, $7",
        delivery_id,
        recipient,
        SHOWN,
        via,
        mark(None),
        reference,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Leases what is due and is not held by quiet hours in one lane; no other worker takes it before `until`. What waits for a moment further ahead than any pause was written
/// before the clock was set back, and is due.
///
/// # Errors
/// The statement failed.
pub async fn lease(
    db: &mut PgConnection,
    lane: Lane,
    now: OffsetDateTime,
    until: OffsetDateTime,
    furthest: OffsetDateTime,
    limit: i64,
) -> sqlx::Result<Vec<Due>> {
    let (tried, imminent) = lane.selects();
    let rows = sqlx::query!(
        r#"update delivery set due_at = $2, attempts = attempts + 1
           where delivery_id in (
               select delivery_id from delivery
               where channel = 'push' and state in ('pending', 'retrying') and (due_at <= $1 or due_at > $3)
                   and (held_until is null or held_until <= $1 or held_until > $1 + interval '25 hours')
                   and (attempts > 0) = $5 and ($6::boolean is null or (grade is not distinct from 'imminent') = $6)
               order by grade is distinct from 'imminent', due_at limit $4
               for update skip locked)
           returning delivery_id, recipient, via, language, reference, grade, attempts,
               (select about from inbox_item where inbox_item.item_id = delivery.item_id) as about"#,
        now,
        until,
        furthest,
        limit,
        tried,
        imminent
    )
    .fetch_all(db)
    .await?;
    let due = rows.into_iter().map(|row| Due {
        delivery_id: row.delivery_id,
        recipient: row.recipient,
        via: row.via,
        push: Push {
            language: Language::of(&row.language),
            reference: row.reference,
            // A grade that this version does not know may be the gravest of all.
            grade: row.grade.map(|grade| Grade::of(&grade).unwrap_or(Grade::Imminent)),
            concern_id: row.about,
        },
        attempts: row.attempts,
    });
    Ok(due.collect())
}
