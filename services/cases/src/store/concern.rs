//! Concerns that a case raised: while one is open, contact between the parties is frozen [RM1].

use proto::id::{CaseId, ConcernId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Notes a concern the case raises; the freeze begins here, whether safety answers or not.
///
/// # Errors
/// The statement failed.
pub async fn raise(tx: &mut PgConnection, case: CaseId, concern: ConcernId, event: Uuid, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into case_concern (concern_id, case_id, raise_event_id, raised_at, revision) values ($1, $2, $3, $4, 0)",
        concern.uuid(),
        case.uuid(),
        event,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The outbox event that carries a concern of ours; `None` where the concern is not ours.
///
/// # Errors
/// The statement failed.
pub async fn raise_event(tx: &mut PgConnection, concern: ConcernId) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select raise_event_id from case_concern where concern_id = $1", concern.uuid()).fetch_optional(tx).await
}

/// Notes what safety says of a concern of ours: closed at a time, or open. Older news changes nothing.
///
/// # Errors
/// The statement failed.
pub async fn hear(tx: &mut PgConnection, concern: ConcernId, revision: i64, closed_at: Option<OffsetDateTime>) -> sqlx::Result<()> {
    sqlx::query!(
        "update case_concern
         set revision = $2, closed_at = case when $3::timestamptz is null then null else coalesce(closed_at, $3) end
         where concern_id = $1 and revision < $2",
        concern.uuid(),
        revision,
        closed_at
    )
    .execute(tx)
    .await?;
    Ok(())
}
