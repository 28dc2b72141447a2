//! Advice to drafters: each sealed under the key of the offender's side, which it is about, and shown to one person while it is in force.

use base::Private;
use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::{condition::entry::Kind, participant::kind::Side},
    store::{decode::known, sealed},
};

/// Most advice listed at once.
const LIMIT: i64 = 200;

/// What the drafter reads: offender and condition, and nothing else [GL2c/2d].
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    pub offender_name: Private<String>,
    pub offender_fps: Private<String>,
    pub kind: Kind,
    pub text: Private<String>,
}

/// An advice without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub id: Uuid,
    pub condition: Uuid,
    pub drafter: String,
    pub by: String,
    pub at: OffsetDateTime,
    pub until: OffsetDateTime,
    /// The condition changed: nobody reads it any more.
    pub ended_at: Option<OffsetDateTime>,
}

const fn name(id: Uuid) -> Place {
    Place::new("condition_advice", "offender_name", id)
}

const fn fps(id: Uuid) -> Place {
    Place::new("condition_advice", "offender_fps", id)
}

const fn text(id: Uuid) -> Place {
    Place::new("condition_advice", "text", id)
}

/// Gives an advice in a locked case; an empty key means none.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn give(tx: &mut PgConnection, vault: &Vault, case: CaseId, given: &Given, content: &Content, key: &str) -> sqlx::Result<()> {
    let data_key = vault.key(tx, sealed::owner(case.uuid(), Some(Side::Offender)), given.at).await?;
    sqlx::query!(
        "insert into condition_advice (id, case_id, condition_id, drafter, offender_name_sealed, offender_fps_sealed, kind, text_sealed,
                                       advised_by, advised_at, until, advice_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, encode(sha256(convert_to(nullif($12, ''), 'UTF8')), 'hex'))",
        given.id,
        case.uuid(),
        given.condition,
        given.drafter,
        data_key.seal(name(given.id), content.offender_name.expose().as_bytes())?,
        data_key.seal(fps(given.id), content.offender_fps.expose().as_bytes())?,
        content.kind.code(),
        data_key.seal(text(given.id), content.text.expose().as_bytes())?,
        given.by,
        given.at,
        given.until,
        key
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The advice that this person gave under this key.
///
/// # Errors
/// The statement failed.
pub async fn under_key(tx: &mut PgConnection, case: CaseId, by: &str, key: &str) -> sqlx::Result<Option<Given>> {
    sqlx::query_as!(
        Given,
        r#"select id, condition_id as condition, drafter, advised_by as by, advised_at as "at", until, ended_at from condition_advice
           where case_id = $1 and advised_by = $2 and advice_key = encode(sha256(convert_to(nullif($3, ''), 'UTF8')), 'hex')"#,
        case.uuid(),
        by,
        key
    )
    .fetch_optional(tx)
    .await
}

/// Every advice given in a case, in the order of giving.
///
/// # Errors
/// The statement failed.
pub async fn of_case(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<Given>> {
    sqlx::query_as!(
        Given,
        r#"select id, condition_id as condition, drafter, advised_by as by, advised_at as "at", until, ended_at
           from condition_advice where case_id = $1 order by advised_at, id limit $2"#,
        case.uuid(),
        LIMIT
    )
    .fetch_all(tx)
    .await
}

/// The advice in force that is addressed to this person, newest first.
///
/// # Errors
/// The statement failed.
pub async fn of_drafter(tx: &mut PgConnection, drafter: &str, at: OffsetDateTime) -> sqlx::Result<Vec<Given>> {
    sqlx::query_as!(
        Given,
        r#"select id, condition_id as condition, drafter, advised_by as by, advised_at as "at", until, ended_at from condition_advice
           where drafter = $1 and ended_at is null and until > $2 order by advised_at desc, id limit $3"#,
        drafter,
        at,
        LIMIT
    )
    .fetch_all(tx)
    .await
}

/// One advice in force, for the person it is addressed to.
///
/// # Errors
/// The statement failed, or a text cannot be opened.
pub async fn content(
    tx: &mut PgConnection,
    vault: &Vault,
    (id, drafter): (Uuid, &str),
    at: OffsetDateTime,
) -> sqlx::Result<Option<(Content, OffsetDateTime)>> {
    let row = sqlx::query!(
        "select kind, offender_name_sealed, offender_fps_sealed, text_sealed, until from condition_advice
         where id = $1 and drafter = $2 and ended_at is null and until > $3",
        id,
        drafter,
        at
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let values = [row.offender_name_sealed.as_slice(), &row.offender_fps_sealed, &row.text_sealed];
    let keys = vault.keys_of(tx, &values).await?;
    let content = Content {
        offender_name: keys.text(name(id), Some(&row.offender_name_sealed), None)?,
        offender_fps: keys.text(fps(id), Some(&row.offender_fps_sealed), None)?,
        kind: known("kind", &row.kind)?,
        text: keys.text(text(id), Some(&row.text_sealed), None)?,
    };
    Ok(Some((content, row.until)))
}

/// Ends the advice on a condition that changed: it is read no more.
///
/// # Errors
/// The statement failed.
pub async fn end(tx: &mut PgConnection, condition: Uuid, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update condition_advice set ended_at = $2 where condition_id = $1 and ended_at is null", condition, at)
        .execute(tx)
        .await?;
    Ok(())
}
