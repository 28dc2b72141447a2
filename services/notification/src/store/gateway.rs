//! Calls by the gateway in the delivery ledger: leased while the gateway is asked.

use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::domain::{concern::Grade, gateway::Call};

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
