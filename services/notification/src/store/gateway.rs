//! Calls by the gateway in the delivery ledger: leased while the gateway is asked, concluded with its answer.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{
    concern::Grade,
    delivery::Reason,
    gateway::{Call, Verdict},
};

/// Call that is due, leased to this worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub call: Call,
    /// The gateway took it before: it is asked what came of it.
    pub was_taken: bool,
    /// Number of requests, this one included.
    pub attempts: i32,
    pub asked_at: OffsetDateTime,
}

/// Leases what is due, imminent risks first; no other worker takes it before `until`. What waits for a moment further ahead than any pause
/// was written before the clock was set back, and is due.
///
/// # Errors
/// The statement failed.
pub async fn lease(
    db: &mut PgConnection,
    now: OffsetDateTime,
    until: OffsetDateTime,
    furthest: OffsetDateTime,
    limit: i64,
) -> sqlx::Result<Vec<Due>> {
    let rows = sqlx::query!(
        r#"update delivery set due_at = $2, attempts = attempts + case when delivery.state = 'sent' then 0 else 1 end
           from (select delivery_id, state from delivery
                 where channel = 'gateway' and state in ('pending', 'sent', 'retrying') and (due_at <= $1 or due_at > $3)
                 order by grade <> 'imminent', due_at limit $4
                 for update skip locked) as due
           where delivery.delivery_id = due.delivery_id
           returning delivery.delivery_id, recipient, reference, grade, due.state = 'sent' as "was_taken!", attempts, created_at,
               (select about from inbox_item where inbox_item.item_id = delivery.item_id) as about"#,
        now,
        until,
        furthest,
        limit
    )
    .fetch_all(db)
    .await?;
    let due = rows.into_iter().map(|row| Due {
        call: Call {
            delivery_id: row.delivery_id,
            recipient: row.recipient,
            concern_id: row.about,
            reference: row.reference,
            // A grade that this version does not know may be the gravest of all.
            grade: row.grade.as_deref().and_then(Grade::of).unwrap_or(Grade::Imminent),
        },
        was_taken: row.was_taken,
        attempts: row.attempts,
        asked_at: row.created_at,
    });
    Ok(due.collect())
}

/// Records an answer; a call that has ended stays ended. Where nobody was reached, the mail for the same item is due at once.
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
             returning item_id, state)
         update delivery set due_at = least(due_at, $5)
         from concluded
         where concluded.state = 'failed' and delivery.item_id = concluded.item_id and channel = 'email'
             and delivery.state in ('pending', 'retrying')",
        delivery_id,
        verdict.state.code(),
        verdict.reason.map_or("", Reason::code),
        verdict.again_at,
        at,
    )
    .execute(db)
    .await?;
    Ok(())
}
