//! Described modes (those not on the list): sealed under the key of the file; only whether they are direct can change.

use base::Private;
use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::mode::{Described, Description, Mode},
    store::{
        decode,
        sealed::{Unopened, owner},
    },
};

/// A stored mode, and which described one it is.
pub(crate) fn of_row(code: &str, described: Option<Uuid>, direct: Option<bool>) -> sqlx::Result<Mode> {
    // A described mode without a stored answer counts as direct.
    let described = described.map(|id| Described { id, direct: direct.unwrap_or(true) });
    Ok(match decode::known("mode", code)? {
        Mode::Other(_) => Mode::Other(described),
        mode => mode,
    })
}

const fn description(id: Uuid) -> Place {
    Place::new("described_mode", "description", id)
}

/// Adds a described mode to a case; it counts as direct.
///
/// # Errors
/// The statement failed, or the vault cannot seal.
pub async fn add(
    tx: &mut PgConnection,
    vault: &Vault,
    (case, id): (CaseId, Uuid),
    text: &Private<String>,
    by: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let sealed = vault.seal(tx, owner(case.uuid(), None), description(id), text.expose().as_bytes(), at).await?;
    sqlx::query!(
        "insert into described_mode (id, case_id, description_sealed, described_by, described_at) values ($1, $2, $3, $4, $5)",
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

/// The described modes of a case, without their descriptions.
///
/// # Errors
/// The statement failed.
pub async fn known(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<Described>> {
    sqlx::query_as!(Described, "select id, direct from described_mode where case_id = $1", case.uuid()).fetch_all(tx).await
}

/// The described modes of a case with their descriptions, oldest first.
///
/// # Errors
/// The statement failed, or a description cannot be opened and that is refused.
pub async fn of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId, unopened: Unopened) -> sqlx::Result<Vec<Description>> {
    let rows = sqlx::query!(
        "select id, description_sealed, direct, described_by, described_at, said_by, said_at from described_mode
         where case_id = $1 order by described_at, id",
        case.uuid()
    )
    .fetch_all(&mut *tx)
    .await?;
    let sealed: Vec<&[u8]> = rows.iter().map(|row| row.description_sealed.as_slice()).collect();
    let keys = vault.keys_of(tx, &sealed).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Description {
                mode: Described { id: row.id, direct: row.direct },
                text: unopened.text(keys.text(description(row.id), Some(&row.description_sealed), None))?,
                described_by: row.described_by,
                described_at: row.described_at,
                said: row.said_by.zip(row.said_at),
            })
        })
        .collect()
}

/// Records whether a described mode is direct, and who said it.
///
/// # Errors
/// The statement failed.
pub async fn say(tx: &mut PgConnection, case: CaseId, said: Described, by: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "update described_mode set direct = $3, said_by = $4, said_at = $5 where case_id = $1 and id = $2",
        case.uuid(),
        said.id,
        said.direct,
        by,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}
