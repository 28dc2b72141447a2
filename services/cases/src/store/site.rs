//! Changes of the site of a case, in the order of recording; their reasons are sealed under the key of the file.

use proto::id::{CaseId, ConcernId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::site::{Change, NamedCase, NewChange},
    store::{
        decode::known,
        sealed::{Unopened, owner},
    },
};

const fn reason(id: Uuid) -> Place {
    Place::new("case_site", "reason", id)
}

/// Who recorded a change, when, and under which idempotency key; an empty key means none.
#[derive(Debug, Clone, Copy)]
pub struct Recorded<'a> {
    pub by: &'a str,
    pub key: &'a str,
    pub at: OffsetDateTime,
}

/// Moves a locked case to another site, and adds the change to its record.
///
/// # Errors
/// A statement failed, or the vault cannot seal the reason.
pub async fn change(
    tx: &mut PgConnection,
    vault: &Vault,
    case: CaseId,
    (id, new): (Uuid, &NewChange),
    recorded: Recorded<'_>,
) -> sqlx::Result<()> {
    let sealed = vault.seal(tx, owner(case.uuid(), None), reason(id), new.reason.expose().as_bytes(), recorded.at).await?;
    sqlx::query!(
        "insert into case_site (id, case_id, how, site_before, site, moved_on, reason_sealed, recorded_by, recorded_at, change_key)
         select $1::uuid, id, $3::text, site, $4::text, $5::date, $6::bytea, $7::text, $8::timestamptz, encode(sha256(convert_to(nullif($9, ''), 'UTF8')), 'hex') from case_file where id = $2",
        id,
        case.uuid(),
        new.how.code(),
        new.site.as_str(),
        new.moved_on,
        sealed,
        recorded.by,
        recorded.at,
        recorded.key
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("update case_file set site = $2 where id = $1", case.uuid(), new.site.as_str()).execute(tx).await?;
    Ok(())
}

/// The change recorded by this person under this key.
///
/// # Errors
/// The statement failed.
pub async fn under_key(tx: &mut PgConnection, case: CaseId, by: &str, key: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from case_site where case_id = $1 and recorded_by = $2 and change_key = encode(sha256(convert_to($3, 'UTF8')), 'hex')",
        case.uuid(),
        by,
        key
    )
    .fetch_optional(tx)
    .await
}

/// The changes of a case, in the order of recording.
///
/// # Errors
/// The statement failed, or a reason cannot be opened and that is refused.
pub async fn of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId, unopened: Unopened) -> sqlx::Result<Vec<Change>> {
    let rows = sqlx::query!(
        "select id, how, site_before, site, moved_on, reason_sealed, recorded_by, recorded_at from case_site where case_id = $1
         order by position",
        case.uuid()
    )
    .fetch_all(&mut *tx)
    .await?;
    let keys = vault.keys_of(tx, &rows.iter().map(|row| row.reason_sealed.as_slice()).collect::<Vec<_>>()).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Change {
                id: row.id,
                how: known("how", &row.how)?,
                before: row.site_before,
                site: row.site,
                moved_on: row.moved_on,
                reason: unopened.text(keys.text(reason(row.id), Some(&row.reason_sealed), None))?,
                recorded_by: row.recorded_by,
                recorded_at: row.recorded_at,
            })
        })
        .collect()
}

/// The cases with a known site that these open concerns name, without concerns that follow no site. For the service itself.
///
/// # Errors
/// The statement failed.
pub async fn named(tx: &mut PgConnection, concerns: &[ConcernId]) -> sqlx::Result<Vec<NamedCase>> {
    let concerns: Vec<Uuid> = concerns.iter().map(|concern| concern.uuid()).collect();
    let rows = sqlx::query!(
        r#"select c.concern_id, f.site as "site!", coalesce(last.id, f.id) as "update!", coalesce(last.recorded_at, f.opened_at) as "since!",
                  array(select site_before from case_site where case_id = f.id and site_before is not null) as "former!"
           from case_concern c
           join case_file f on f.id = c.case_id
           left join lateral (select id, recorded_at from case_site where case_id = f.id order by position desc limit 1) last on true
           where c.concern_id = any($1) and c.closed_at is null and f.purged_at is null and f.site is not null
             and not exists (select from case_concern o where o.concern_id = c.concern_id and not o.follows_site)"#,
        &concerns
    )
    .fetch_all(tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| NamedCase {
            concern: ConcernId::new(row.concern_id),
            update: row.update,
            since: row.since,
            site: row.site,
            former: row.former,
        })
        .collect())
}
