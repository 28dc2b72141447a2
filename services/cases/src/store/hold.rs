//! Holds on a case: placed, lifted, listed; their reasons are sealed under the key of the file [LPR4].

use base::Private;
use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::hold::HoldKind,
    store::{decode::known, sealed},
};

/// A hold as supervisors see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    pub id: Uuid,
    pub kind: HoldKind,
    pub reason: Private<String>,
    pub placed_by: String,
    pub placed_at: OffsetDateTime,
    /// `None` while it stands.
    pub lifted: Option<Lifted>,
}

/// The end of a hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Lifted {
    pub by: String,
    pub at: OffsetDateTime,
    pub because: Private<String>,
}

const fn reason(id: Uuid) -> Place {
    Place::new("case_hold", "reason", id)
}

const fn lifted_because(id: Uuid) -> Place {
    Place::new("case_hold", "lifted_because", id)
}

/// Places a hold on a locked case.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn place(
    tx: &mut PgConnection,
    vault: &Vault,
    case: CaseId,
    (id, kind, why): (Uuid, HoldKind, &Private<String>),
    by: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let sealed = vault.seal(tx, sealed::owner(case.uuid(), None), reason(id), why.expose().as_bytes(), at).await?;
    sqlx::query!(
        "insert into case_hold (id, case_id, kind, reason_sealed, placed_by, placed_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        case.uuid(),
        kind.code(),
        sealed,
        by,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether the case has this hold.
///
/// # Errors
/// The statement failed.
pub async fn exists(tx: &mut PgConnection, case: CaseId, id: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from case_hold where id = $1 and case_id = $2) as "there!""#, id, case.uuid())
        .fetch_one(tx)
        .await
}

/// Lifts a hold; one already lifted stays as it was.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn lift(
    tx: &mut PgConnection,
    vault: &Vault,
    case: CaseId,
    (id, why): (Uuid, &Private<String>),
    by: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let sealed = vault.seal(tx, sealed::owner(case.uuid(), None), lifted_because(id), why.expose().as_bytes(), at).await?;
    sqlx::query!(
        "update case_hold set lifted_by = $3, lifted_at = $4, lifted_because_sealed = $5
         where id = $1 and case_id = $2 and lifted_at is null",
        id,
        case.uuid(),
        by,
        at,
        sealed
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The holds of a case in the order of placing, lifted ones included.
///
/// # Errors
/// The statement failed, or a reason cannot be opened.
pub async fn of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId, limit: i64) -> sqlx::Result<Vec<Hold>> {
    let rows = sqlx::query!(
        "select id, kind, reason_sealed, placed_by, placed_at, lifted_by, lifted_at, lifted_because_sealed
         from case_hold where case_id = $1 order by placed_at, id limit $2",
        case.uuid(),
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    let values = rows.iter().flat_map(|row| [Some(row.reason_sealed.as_slice()), row.lifted_because_sealed.as_deref()]);
    let keys = vault.keys_of(tx, &values.flatten().collect::<Vec<_>>()).await?;
    rows.into_iter()
        .map(|row| {
            let lifted = match (row.lifted_by, row.lifted_at) {
                (Some(by), Some(at)) => {
                    let because = keys.text(lifted_because(row.id), row.lifted_because_sealed.as_deref(), None)?;
                    Some(Lifted { by, at, because })
                }
                _ => None,
            };
            Ok(Hold {
                id: row.id,
                kind: known("kind", &row.kind)?,
                reason: keys.text(reason(row.id), Some(&row.reason_sealed), None)?,
                placed_by: row.placed_by,
                placed_at: row.placed_at,
                lifted,
            })
        })
        .collect()
}
