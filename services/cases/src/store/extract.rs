//! Extracts of OMS, sealed under the key of the offender's side; added to, never changed [TS1b].

use base::Private;
use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::{
        extract::{Extract, NewExtract, Said},
        participant::kind::Side,
    },
    store::{
        decode::known,
        sealed::{Unopened, owner},
    },
};

/// Most extracts of one case that are read.
const LIMIT: i64 = 200;

const fn place(column: &'static str, id: Uuid) -> Place {
    Place::new("extract", column, id)
}

/// Adds an extract to a locked case; an empty key means none. Where the same key was used meanwhile, nothing is added, and the id is that of
/// the other.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn add(
    tx: &mut PgConnection,
    vault: &Vault,
    case: CaseId,
    read: &Extract,
    extract_key: &str,
    at: OffsetDateTime,
) -> sqlx::Result<Option<Uuid>> {
    let key = vault.key(tx, owner(case.uuid(), Some(Side::Offender)), at).await?;
    let seal = |column: &'static str, text: &Private<String>| key.seal(place(column, read.id), text.expose().as_bytes());
    sqlx::query_scalar!(
        r#"with added as (
               insert into extract (id, case_id, participant_id, purpose, reason_sealed, site_sealed, status_sealed, conditions_sealed,
                                    read_at, pulled_by, pulled_at, extract_key)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, encode(sha256(convert_to(nullif($12, ''), 'UTF8')), 'hex'))
               on conflict (case_id, pulled_by, extract_key) do nothing returning id)
           select id as "id!" from added
           union all
           select id from extract
           where case_id = $2 and pulled_by = $10 and extract_key = encode(sha256(convert_to(nullif($12, ''), 'UTF8')), 'hex')"#,
        read.id,
        case.uuid(),
        read.asked.participant.uuid(),
        read.asked.purpose.code(),
        seal("reason", &read.asked.reason)?,
        seal("site", &read.said.site)?,
        seal("status", &read.said.status)?,
        seal("conditions", &read.said.contact_conditions)?,
        read.read_at,
        read.pulled_by,
        at,
        extract_key
    )
    .fetch_optional(tx)
    .await
}

/// The extract that this person read under this key.
///
/// # Errors
/// The statement failed.
pub async fn under_key(tx: &mut PgConnection, case: CaseId, by: &str, key: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from extract
         where case_id = $1 and pulled_by = $2 and extract_key = encode(sha256(convert_to(nullif($3, ''), 'UTF8')), 'hex')",
        case.uuid(),
        by,
        key
    )
    .fetch_optional(tx)
    .await
}

/// The extracts of a case, in the order of reading.
///
/// # Errors
/// The statement failed, or a text cannot be opened and that is refused.
pub async fn of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId, unopened: Unopened) -> sqlx::Result<Vec<Extract>> {
    let rows = sqlx::query!(
        "select id, participant_id, purpose, reason_sealed, site_sealed, status_sealed, conditions_sealed, read_at, pulled_by
         from extract where case_id = $1 order by position limit $2",
        case.uuid(),
        LIMIT
    )
    .fetch_all(&mut *tx)
    .await?;
    let sealed: Vec<&[u8]> = rows
        .iter()
        .flat_map(|row| [&row.reason_sealed, &row.site_sealed, &row.status_sealed, &row.conditions_sealed])
        .map(Vec::as_slice)
        .collect();
    let keys = vault.keys_of(tx, &sealed).await?;
    rows.into_iter()
        .map(|row| {
            let text = |column, sealed: &[u8]| unopened.text(keys.text(place(column, row.id), Some(sealed), None));
            let asked = NewExtract {
                participant: ParticipantId::new(row.participant_id),
                purpose: known("purpose", &row.purpose)?,
                reason: text("reason", &row.reason_sealed)?,
            };
            let said = Said {
                site: text("site", &row.site_sealed)?,
                status: text("status", &row.status_sealed)?,
                contact_conditions: text("conditions", &row.conditions_sealed)?,
            };
            Ok(Extract { id: row.id, asked, said, read_at: row.read_at, pulled_by: row.pulled_by })
        })
        .collect()
}
