//! Facts on cases: when opened, and the latest stage.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::code::Stage;

/// A case was opened from a referral.
pub async fn opened(tx: &mut PgConnection, case: Uuid, referral: Uuid, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into case_fact (case_id, referral_id, opened_at) values ($1, $2, $3)
         on conflict (case_id) do update set referral_id = excluded.referral_id, opened_at = excluded.opened_at
         where case_fact.opened_at is null",
        case,
        referral,
        at,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A case moved. The latest move stands, in whatever order they arrive.
pub async fn moved(tx: &mut PgConnection, case: Uuid, stage: Stage, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into case_fact (case_id, stage, moved_at) values ($1, $2, $3)
         on conflict (case_id) do update set stage = excluded.stage, moved_at = excluded.moved_at
         where case_fact.moved_at is null or (excluded.moved_at, excluded.stage) > (case_fact.moved_at, case_fact.stage)",
        case,
        stage.code(),
        at,
    )
    .execute(tx)
    .await?;
    Ok(())
}
