//! Changes of a concern: what is guarded of it, and its mails that are not sent yet.

use proto::id::ConcernId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{concern::Audience, delivery::Reason};

/// Records that one audience has accepted; without an audience, that the concern is closed, and no longer guarded.
///
/// # Errors
/// The statement failed.
pub async fn settle(db: &mut PgConnection, concern: ConcernId, audience: Option<Audience>, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "update guarded set settled_at = coalesce(settled_at, $3), closed_at = case when $2::text is null then $3 end
         where concern_id = $1 and ($2::text is null or audience = $2) and closed_at is null and ($2::text is null or settled_at is null)",
        concern.uuid(),
        audience.map(Audience::code),
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Withholds every unsent mail of a concern, for one audience or for all. Returns how many.
///
/// # Errors
/// The statement failed.
pub async fn withhold(
    db: &mut PgConnection,
    concern: Uuid,
    audience: Option<Audience>,
    reason: Reason,
    at: OffsetDateTime,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update delivery d set state = 'withheld', reason = $3, finished_at = $4
         from inbox_item i
         where d.item_id = i.item_id and i.about = $1 and i.audience is not null and ($2::text is null or i.audience = $2)
           and d.channel = 'email' and d.state in ('pending', 'retrying')",
        concern,
        audience.map(Audience::code),
        reason.code(),
        at,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
