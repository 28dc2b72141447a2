//! Blocks: what was released or confirmed and lost a condition afterwards, with the codes of what is missing [RM1, IM1c].

use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// A block that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub id: Uuid,
    /// What is blocked.
    pub object: Uuid,
    pub reasons: Vec<String>,
    pub since: OffsetDateTime,
}

/// The blocks of a case that stand.
///
/// # Errors
/// The statement failed.
pub async fn standing(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<Block>> {
    sqlx::query_as!(
        Block,
        "select id, object_id as object, reasons, since from gate_block where case_id = $1 and cleared_at is null order by since, id",
        case.uuid()
    )
    .fetch_all(tx)
    .await
}

/// Blocks an object.
///
/// # Errors
/// The statement failed.
pub async fn block(tx: &mut PgConnection, case: CaseId, block: &Block) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into gate_block (id, case_id, object_id, reasons, since) values ($1, $2, $3, $4, $5)",
        block.id,
        case.uuid(),
        block.object,
        &block.reasons,
        block.since
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Keeps an object blocked, for other reasons.
///
/// # Errors
/// The statement failed.
pub async fn restate(tx: &mut PgConnection, id: Uuid, reasons: &[String]) -> sqlx::Result<()> {
    sqlx::query!("update gate_block set reasons = $2 where id = $1 and cleared_at is null", id, reasons).execute(tx).await?;
    Ok(())
}

/// Ends a block.
///
/// # Errors
/// The statement failed.
pub async fn clear(tx: &mut PgConnection, id: Uuid, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update gate_block set cleared_at = $2 where id = $1 and cleared_at is null", id, at).execute(tx).await?;
    Ok(())
}

/// Cases with a block that stands, after the one given, in the order of their ids.
///
/// # Errors
/// The statement failed.
pub async fn cases_with_blocks(tx: &mut PgConnection, after: Uuid, limit: i64) -> sqlx::Result<Vec<CaseId>> {
    let ids = sqlx::query_scalar!(
        "select distinct case_id from gate_block where cleared_at is null and case_id > $1 order by case_id limit $2",
        after,
        limit
    )
    .fetch_all(tx)
    .await?;
    Ok(ids.into_iter().map(CaseId::new).collect())
}
