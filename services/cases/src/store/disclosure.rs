//! The register of disclosures. Added to, never changed; reasons sealed under the key of the file.

use base::Private;
use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::{
        access::scope::Scope,
        disclosure::{Disclosure, Kind},
    },
    store::{decode::known, sealed},
};

const fn reason(id: Uuid) -> Place {
    Place::new("disclosure", "reason", id)
}

/// What is disclosed, to whom, and on which authority.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    pub id: Uuid,
    pub kind: Kind,
    /// Id of what is disclosed.
    pub object: Uuid,
    pub recipient: &'a str,
    pub reason: &'a Private<String>,
    pub authority: &'a str,
}

/// Enters a disclosure of a locked case.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn enter(tx: &mut PgConnection, vault: &Vault, case: CaseId, new: New<'_>, by: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    let sealed = vault.seal(tx, sealed::owner(case.uuid(), None), reason(new.id), new.reason.expose().as_bytes(), at).await?;
    sqlx::query!(
        "insert into disclosure (id, case_id, kind, object, recipient, reason_sealed, authority, disclosed_by, disclosed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new.id,
        case.uuid(),
        new.kind.code(),
        new.object,
        new.recipient,
        sealed,
        new.authority,
        by,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A page of the register, newest first, before a position: of one case, or of every case that the caller
/// answers for: all of them for supervisors, those in the portfolio for an officer.
///
/// # Errors
/// The statement failed, or a reason cannot be opened.
pub async fn list(
    tx: &mut PgConnection,
    vault: &Vault,
    scope: &Scope,
    case: Option<CaseId>,
    before: Option<(OffsetDateTime, Uuid)>,
    limit: i64,
    at: OffsetDateTime,
) -> sqlx::Result<Vec<Disclosure>> {
    let (before_at, before_id) = before.unzip();
    let rows = sqlx::query!(
        "select d.id, d.case_id, f.number, d.kind, d.recipient, d.reason_sealed, d.authority, d.disclosed_by, d.disclosed_at
         from disclosure d join case_file f on f.id = d.case_id
         where ($1::uuid is null or d.case_id = $1) and ($2::timestamptz is null or (d.disclosed_at, d.id) < ($2, $3::uuid))
           and ($4 or line_of(d.case_id, $5, array['officer'], $6) is not null)
         order by d.disclosed_at desc, d.id desc limit $7",
        case.map(CaseId::uuid),
        before_at,
        before_id,
        scope.is_unit(),
        scope.subject(),
        at,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    let keys = vault.keys_of(tx, &rows.iter().map(|row| row.reason_sealed.as_slice()).collect::<Vec<_>>()).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Disclosure {
                id: row.id,
                case: CaseId::new(row.case_id),
                number: row.number,
                kind: known("kind", &row.kind)?,
                recipient: row.recipient,
                reason: keys.text(reason(row.id), Some(&row.reason_sealed), None)?,
                authority: row.authority,
                by: row.disclosed_by,
                at: row.disclosed_at,
            })
        })
        .collect()
}
