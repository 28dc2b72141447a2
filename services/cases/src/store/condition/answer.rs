//! The question that a referral left open, whether contact is forbidden, and the answer that it is not [R7a].

use base::Private;
use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use crate::store::sealed;

const fn reason(id: Uuid) -> Place {
    Place::new("condition_answer", "reason", id)
}

/// Opens the question, unless it is open or a condition is recorded. For the service itself.
///
/// # Errors
/// The statement failed.
pub async fn ask(tx: &mut PgConnection, case: CaseId, id: Uuid, by: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into condition_answer (id, case_id, said, said_by, said_at)
         select $1::uuid, $2::uuid, 'asked', $3::text, $4::timestamptz
         where not conditions_not_answered($2) and not exists (select from condition where case_id = $2)",
        id,
        case.uuid(),
        by,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Answers that there is no condition, in a locked case.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn none(
    tx: &mut PgConnection,
    vault: &Vault,
    (case, id): (CaseId, Uuid),
    why: &Private<String>,
    by: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let sealed = vault.seal(tx, sealed::owner(case.uuid(), None), reason(id), why.expose().as_bytes(), at).await?;
    sqlx::query!(
        "insert into condition_answer (id, case_id, said, reason_sealed, said_by, said_at) values ($1, $2, 'none', $3, $4, $5)",
        id,
        case.uuid(),
        sealed,
        by,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}
