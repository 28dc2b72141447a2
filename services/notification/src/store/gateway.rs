//! Calls by the gateway in the delivery ledger: leased while the gateway is asked.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{channel::Kind, concern::Grade, template::Template};

/// Template of the message with the code that shows that a number is its person's.
pub const CODE: &str = "channel-code";

/// Call that is due, leased to this worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub delivery_id: Uuid,
    pub recipient: String,
    /// A number of the person's own: how it is reached, and which channel it is.
    pub own: Option<(Kind, Uuid)>,
    pub is_code: bool,
    pub reference: String,
    pub grade: Option<Grade>,
    pub about: Option<Uuid>,
    /// The gateway took it before: it is asked what came of it.
    pub was_taken: bool,
    /// Number of requests, this one included.
    pub attempts: i32,
    pub asked_at: OffsetDateTime,
}

/// Leases what is due and is not held by quiet hours, imminent risks first; no other worker takes it before `until`. What waits for a moment further ahead than any pause
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
                 where channel in ('gateway', 'text', 'voice') and state in ('pending', 'sent', 'retrying') and (due_at <= $1 or due_at > $3)
                   and (held_until is null or held_until <= $1 or held_until > $1 + interval '25 hours')
                 order by grade is distinct from 'imminent', due_at limit $4
                 for update skip locked) as due
           where delivery.delivery_id = due.delivery_id
           returning delivery.delivery_id, recipient, channel, via, template, reference, grade, due.state = 'sent' as "was_taken!", attempts,
               created_at, (select about from inbox_item where inbox_item.item_id = delivery.item_id) as about"#,
        now,
        until,
        furthest,
        limit
    )
    .fetch_all(db)
    .await?;
    let due = rows.into_iter().map(|row| Due {
        delivery_id: row.delivery_id,
        recipient: row.recipient,
        own: Kind::of(&row.channel).map(|kind| (kind, row.via)),
        is_code: row.template == CODE,
        reference: row.reference,
        // A grade that this version does not know may be the gravest of all.
        grade: row.grade.map(|grade| Grade::of(&grade).unwrap_or(Grade::Imminent)),
        about: row.about,
        was_taken: row.was_taken,
        attempts: row.attempts,
        asked_at: row.created_at,
    });
    Ok(due.collect())
}

/// Queues the message with a code.
///
/// # Errors
/// The statement failed.
pub async fn queue_code(
    db: &mut PgConnection,
    delivery_id: Uuid,
    (kind, via): (Kind, Uuid),
    recipient: &str,
    reference: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into delivery (delivery_id, recipient, template, channel, via, state, language, reference, attempts, created_at, due_at)
         values ($1, $2, $3, $4, $5, 'pending', 'en+fr', $6, 0, $7, $7)",
        delivery_id,
        recipient,
        CODE,
        kind.code(),
        via,
        reference,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How many codes a person was sent since a moment, to numbers and to addresses.
///
/// # Errors
/// The statement failed.
pub async fn codes_since(db: &mut PgConnection, recipient: &str, since: OffsetDateTime) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "codes!" from delivery where created_at > $2 and recipient = $1 and template in ($3, $4)"#,
        recipient,
        since,
        CODE,
        Template::AddressCode.code()
    )
    .fetch_one(db)
    .await
}
