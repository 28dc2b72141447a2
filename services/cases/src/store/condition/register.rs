//! The register of conditions; their words sealed under the key of the file.

use base::Private;
use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::{
        condition::{
            entry::{Kind, NewCondition},
            state::{self, Days, State},
        },
        due::{Object, Of, after},
    },
    store::{decode::known, due, sealed},
};

/// Most conditions of one case that are read.
const LIMIT: i64 = 200;

/// A condition of the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub id: Uuid,
    pub said: NewCondition,
    pub state: State,
    pub recorded_by: String,
    pub recorded_at: OffsetDateTime,
}

impl Condition {
    /// Whether it forbids contact on this day, in UTC [R8d].
    #[must_use]
    pub fn forbids(&self, today: Date) -> bool {
        state::forbids(self.state, self.said.has_exception_words, self.said.days, today)
    }
}

const fn text(id: Uuid) -> Place {
    Place::new("condition", "text", id)
}

const fn source(id: Uuid) -> Place {
    Place::new("condition", "source", id)
}

/// Adds a condition to a locked case; an empty key means none.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn add(
    tx: &mut PgConnection,
    vault: &Vault,
    (case, id): (CaseId, Uuid),
    new: &NewCondition,
    (by, key): (&str, &str),
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let data_key = vault.key(tx, sealed::owner(case.uuid(), None), at).await?;
    let protects: Vec<Uuid> = new.protects.iter().map(|who| who.uuid()).collect();
    sqlx::query!(
        "insert into condition (id, case_id, kind, text_sealed, source_sealed, protects, since, until, has_exception_words, state, recorded_by,
                                recorded_at, condition_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'recorded', $10, $11, encode(sha256(convert_to(nullif($12, ''), 'UTF8')), 'hex'))",
        id,
        case.uuid(),
        new.kind.code(),
        data_key.seal(text(id), new.text.expose().as_bytes())?,
        data_key.seal(source(id), new.source.expose().as_bytes())?,
        &protects,
        new.days.since,
        new.days.until,
        new.has_exception_words,
        by,
        at,
        key
    )
    .execute(&mut *tx)
    .await?;
    if let Some(last) = new.days.until {
        due::set(tx, &Object::condition(id), &Of::Case(case), at, Some(after(last))).await?;
    }
    Ok(())
}

/// The condition recorded by this person under this key.
///
/// # Errors
/// The statement failed.
pub async fn under_key(tx: &mut PgConnection, case: CaseId, by: &str, key: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from condition
         where case_id = $1 and recorded_by = $2 and condition_key = encode(sha256(convert_to(nullif($3, ''), 'UTF8')), 'hex')",
        case.uuid(),
        by,
        key
    )
    .fetch_optional(tx)
    .await
}

/// Writes the state of a condition of a locked case.
///
/// # Errors
/// The statement failed, or there is no such condition.
pub async fn set_state(tx: &mut PgConnection, id: Uuid, state: State) -> sqlx::Result<()> {
    let written = sqlx::query!("update condition set state = $2 where id = $1", id, state.code()).execute(tx).await?;
    if written.rows_affected() == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

/// The conditions of a case, in the order of recording.
///
/// # Errors
/// The statement failed, or a text cannot be opened.
pub async fn of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId) -> sqlx::Result<Vec<Condition>> {
    let rows = sqlx::query!(
        "select id, kind, text_sealed, source_sealed, protects, since, until, has_exception_words, state, recorded_by, recorded_at
         from condition where case_id = $1 order by position limit $2",
        case.uuid(),
        LIMIT
    )
    .fetch_all(&mut *tx)
    .await?;
    let values = rows.iter().flat_map(|row| [row.text_sealed.as_slice(), row.source_sealed.as_slice()]);
    let keys = vault.keys_of(tx, &values.collect::<Vec<_>>()).await?;
    rows.into_iter()
        .map(|row| {
            let opened = |place, sealed: &[u8]| -> Result<Private<String>, vault::Fault> { keys.text(place, Some(sealed), None) };
            Ok(Condition {
                id: row.id,
                said: NewCondition {
                    kind: known::<Kind>("kind", &row.kind)?,
                    text: opened(text(row.id), &row.text_sealed)?,
                    source: opened(source(row.id), &row.source_sealed)?,
                    protects: row.protects.into_iter().map(ParticipantId::new).collect(),
                    days: Days { since: row.since, until: row.until },
                    has_exception_words: row.has_exception_words,
                },
                state: known("state", &row.state)?,
                recorded_by: row.recorded_by,
                recorded_at: row.recorded_at,
            })
        })
        .collect()
}

/// What the gate asks of the conditions of a case: whether one forbids contact on this day, and whether the question of the referral is open.
///
/// # Errors
/// The statement failed.
pub async fn for_the_gate(tx: &mut PgConnection, case: CaseId, today: Date) -> sqlx::Result<(bool, bool)> {
    let row = sqlx::query!(
        r#"select condition_forbids($1, $2) as "forbids!", conditions_not_answered($1) as "not_answered!""#,
        case.uuid(),
        today
    )
    .fetch_one(tx)
    .await?;
    Ok((row.forbids, row.not_answered))
}
