//! Certificate of a purge, and the statements of other services on what they destroyed [LPR4].

use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::Destroyed;

use crate::{domain::case::reference::CaseRef, store::purge::destruction::Deleted};

/// Certificate of a purge: what was destroyed, on whose order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub case: CaseId,
    pub number: String,
    pub ordered_by: String,
    pub ordered_at: OffsetDateTime,
    pub confirmed_by: String,
    pub purged_at: OffsetDateTime,
    pub last_used_at: OffsetDateTime,
    pub retention_months: i32,
    pub retention_over_at: OffsetDateTime,
    pub holds_lifted: i32,
    pub keys: Vec<Destroyed>,
    pub rows: Vec<Deleted>,
    pub signature: Vec<u8>,
    pub statements: Vec<Statement>,
}

/// Another service's statement of what it destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub service: String,
    pub obeyed_at: OffsetDateTime,
    pub keys: i64,
    pub rows: Vec<Deleted>,
    pub heard_at: OffsetDateTime,
    pub signature: Vec<u8>,
}

/// Stores a certificate.
///
/// # Errors
/// The statement failed.
pub async fn certify(tx: &mut PgConnection, of: &Certificate) -> sqlx::Result<()> {
    let (ids, sides): (Vec<Uuid>, Vec<String>) = of.keys.iter().map(|key| (key.id, key.side.clone())).unzip();
    let (tables, counts): (Vec<String>, Vec<i64>) = of.rows.iter().cloned().unzip();
    sqlx::query!(
        "insert into purge_certificate (case_id, ordered_by, ordered_at, confirmed_by, purged_at, last_used_at, retention_months,
                                        retention_over_at, holds_lifted, key_ids, key_sides, row_tables, row_counts, signature)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        of.case.uuid(),
        of.ordered_by,
        of.ordered_at,
        of.confirmed_by,
        of.purged_at,
        of.last_used_at,
        of.retention_months,
        of.retention_over_at,
        of.holds_lifted,
        &ids,
        &sides,
        &tables,
        &counts,
        of.signature
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The certificate of a purged case, with the statements received so far.
///
/// # Errors
/// A statement failed.
pub async fn certificate(tx: &mut PgConnection, case_ref: &CaseRef) -> sqlx::Result<Option<Certificate>> {
    let (id, number) = match case_ref {
        CaseRef::Id(id) => (Some(id.uuid()), None),
        CaseRef::Number(number) => (None, Some(number.as_str())),
        CaseRef::Referral(_) => (None, None),
    };
    let row = sqlx::query!(
        "select c.case_id, f.number, c.ordered_by, c.ordered_at, c.confirmed_by, c.purged_at, c.last_used_at, c.retention_months,
                c.retention_over_at, c.holds_lifted, c.key_ids, c.key_sides, c.row_tables, c.row_counts, c.signature
         from case_file f join purge_certificate c on c.case_id = f.id
         where f.id = $1 or f.number = $2",
        id,
        number
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let statements = statements(tx, row.case_id).await?;
    Ok(Some(Certificate {
        case: CaseId::new(row.case_id),
        number: row.number,
        ordered_by: row.ordered_by,
        ordered_at: row.ordered_at,
        confirmed_by: row.confirmed_by,
        purged_at: row.purged_at,
        last_used_at: row.last_used_at,
        retention_months: row.retention_months,
        retention_over_at: row.retention_over_at,
        holds_lifted: row.holds_lifted,
        keys: row.key_ids.into_iter().zip(row.key_sides).map(|(id, side)| Destroyed { id, side }).collect(),
        rows: row.row_tables.into_iter().zip(row.row_counts).collect(),
        signature: row.signature,
        statements,
    }))
}

async fn statements(tx: &mut PgConnection, case: Uuid) -> sqlx::Result<Vec<Statement>> {
    let rows = sqlx::query!(
        "select service, obeyed_at, keys, row_tables, row_counts, heard_at, signature from purge_statement
         where case_id = $1 order by service",
        case
    )
    .fetch_all(tx)
    .await?;
    let statement = rows.into_iter().map(|row| Statement {
        service: row.service,
        obeyed_at: row.obeyed_at,
        keys: row.keys,
        rows: row.row_tables.into_iter().zip(row.row_counts).collect(),
        heard_at: row.heard_at,
        signature: row.signature,
    });
    Ok(statement.collect())
}

/// Whether the case was purged.
///
/// # Errors
/// The statement failed.
pub async fn is_purged(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from purge_certificate where case_id = $1) as "purged!""#, case.uuid()).fetch_one(tx).await
}

/// Adds a statement to the certificate; the first of a service stands.
///
/// # Errors
/// The statement failed.
pub async fn add_statement(tx: &mut PgConnection, case: CaseId, of: &Statement) -> sqlx::Result<()> {
    let (tables, counts): (Vec<String>, Vec<i64>) = of.rows.iter().cloned().unzip();
    sqlx::query!(
        "insert into purge_statement (case_id, service, obeyed_at, keys, row_tables, row_counts, heard_at, signature)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict on constraint purge_statement_once_per_service do nothing",
        case.uuid(),
        of.service,
        of.obeyed_at,
        of.keys,
        &tables,
        &counts,
        of.heard_at,
        of.signature
    )
    .execute(tx)
    .await?;
    Ok(())
}
