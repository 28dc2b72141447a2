//! What puts entries on hold: something changed since they were asked or approved [R2a].

use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::entry::{Hold, change::Change},
    store::decode::known,
};

/// The holds of these entries that stand, each with its entry.
///
/// # Errors
/// The statement failed.
pub async fn of_entries(tx: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Hold)>> {
    let rows = sqlx::query!("select id, entry_id, reasons, since from entry_hold where entry_id = any($1) and cleared_at is null", ids)
        .fetch_all(tx)
        .await?;
    rows.into_iter()
        .map(|row| {
            let changes = row.reasons.iter().map(|code| known("change", code)).collect::<sqlx::Result<_>>()?;
            Ok((row.entry_id, Hold { id: row.id, since: row.since, changes }))
        })
        .collect()
}

/// The holds of a case that stand, each with its entry.
///
/// # Errors
/// The statement failed.
pub async fn of_case(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<(Uuid, Hold)>> {
    let entries: Vec<Uuid> = sqlx::query_scalar!("select entry_id from entry_hold where case_id = $1 and cleared_at is null", case.uuid())
        .fetch_all(&mut *tx)
        .await?;
    if entries.is_empty() { Ok(Vec::new()) } else { of_entries(tx, &entries).await }
}

/// Puts an entry on hold.
///
/// # Errors
/// The statement failed.
pub async fn place(tx: &mut PgConnection, case: CaseId, entry: Uuid, hold: &Hold) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into entry_hold (id, case_id, entry_id, reasons, since) values ($1, $2, $3, $4, $5)",
        hold.id,
        case.uuid(),
        entry,
        &codes(&hold.changes),
        hold.since
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Keeps an entry on hold, for other reasons.
///
/// # Errors
/// The statement failed.
pub async fn restate(tx: &mut PgConnection, id: Uuid, changes: &[Change]) -> sqlx::Result<()> {
    sqlx::query!("update entry_hold set reasons = $2 where id = $1 and cleared_at is null", id, &codes(changes)).execute(tx).await?;
    Ok(())
}

/// Ends a hold.
///
/// # Errors
/// The statement failed.
pub async fn clear(tx: &mut PgConnection, id: Uuid, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update entry_hold set cleared_at = $2 where id = $1 and cleared_at is null", id, at).execute(tx).await?;
    Ok(())
}

fn codes(changes: &[Change]) -> Vec<String> {
    changes.iter().map(|change| change.code().to_owned()).collect()
}
