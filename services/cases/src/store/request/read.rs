//! What is read of requests. Whether the reader may read the words of an answer now, the database says by `opens_answer`.

use base::Private;
use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::Vault;

use super::{about, answer_words, item_words, number, reason, step_words};
use crate::{
    domain::request::{Answer, File, Item, ItemKind, Outcome, Request, machine::State},
    store::{decode::known, sealed::Unopened},
};

/// Most requests of one case, or of one addressee, that are read.
const LIMIT: i64 = 200;

/// The request asked by this person under this key.
///
/// # Errors
/// The statement failed.
pub async fn under_key(tx: &mut PgConnection, case: CaseId, by: &str, key: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from request
         where case_id = $1 and asked_by = $2 and request_key = encode(sha256(convert_to(nullif($3, ''), 'UTF8')), 'hex')",
        case.uuid(),
        by,
        key
    )
    .fetch_optional(tx)
    .await
}

/// The case of a request, as the actor of this transaction may see it.
///
/// # Errors
/// The statement failed.
pub async fn case_of(tx: &mut PgConnection, request: Uuid) -> sqlx::Result<Option<CaseId>> {
    Ok(sqlx::query_scalar!("select case_id from request where id = $1", request).fetch_optional(tx).await?.map(CaseId::new))
}

struct Row {
    id: Uuid,
    file: String,
    participant_id: Uuid,
    about_sealed: Vec<u8>,
    number_sealed: Option<Vec<u8>>,
    reason_sealed: Vec<u8>,
    offices: Vec<String>,
    person: Option<String>,
    due_at: OffsetDateTime,
    state: String,
    asked_by: String,
    asked_at: OffsetDateTime,
}

/// The requests of a case, in the order of asking.
///
/// # Errors
/// A statement failed, or a text cannot be opened and that is refused.
pub async fn of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId, unopened: Unopened) -> sqlx::Result<Vec<Request>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, side as file, participant_id, about_sealed, number_sealed, reason_sealed, offices, person, due_at, state, asked_by, asked_at
         from request where case_id = $1 order by position limit $2",
        case.uuid(),
        LIMIT
    )
    .fetch_all(&mut *tx)
    .await?;
    whole(tx, vault, rows, unopened).await
}

/// Those that are addressed to the actor: what waits first, in the order in which it is due; then what they answered and may still read.
///
/// # Errors
/// A statement failed, or a text cannot be opened.
pub async fn addressed(tx: &mut PgConnection, vault: &Vault, subject: &str, at: OffsetDateTime) -> sqlx::Result<Vec<Request>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, side as file, participant_id, about_sealed, number_sealed, reason_sealed, offices, person, due_at, state, asked_by, asked_at
         from request r
         where state = 'asked' or exists (select from request_answer a where a.request_id = r.id and a.answered_by = $1 and a.until > $2)
         order by state = 'asked' desc, due_at, id limit $3",
        subject,
        at,
        LIMIT
    )
    .fetch_all(&mut *tx)
    .await?;
    whole(tx, vault, rows, Unopened::Marked).await
}

/// One request, as the actor may see it.
///
/// # Errors
/// A statement failed, or a text cannot be opened and that is refused.
pub async fn one(tx: &mut PgConnection, vault: &Vault, id: Uuid, unopened: Unopened) -> sqlx::Result<Option<Request>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, side as file, participant_id, about_sealed, number_sealed, reason_sealed, offices, person, due_at, state, asked_by, asked_at
         from request where id = $1",
        id
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(whole(tx, vault, rows, unopened).await?.pop())
}

async fn whole(tx: &mut PgConnection, vault: &Vault, rows: Vec<Row>, unopened: Unopened) -> sqlx::Result<Vec<Request>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut items = items_of(tx, vault, &ids, unopened).await?;
    let mut declined = declined_because(tx, vault, &ids, unopened).await?;
    let values = rows.iter().flat_map(|row| [Some(row.about_sealed.as_slice()), row.number_sealed.as_deref(), Some(&row.reason_sealed)]);
    let keys = vault.keys_of(tx, &values.flatten().collect::<Vec<_>>()).await?;
    rows.into_iter()
        .map(|row| {
            let because = declined.extract_if(.., |(request, _)| *request == row.id).map(|(_, words)| words).next();
            Ok(Request {
                id: row.id,
                file: known::<File>("file", &row.file)?,
                participant: ParticipantId::new(row.participant_id),
                about: unopened.text(keys.text(about(row.id), Some(&row.about_sealed), None))?,
                number: unopened.text(keys.text(number(row.id), row.number_sealed.as_deref(), Some(String::new())))?,
                reason: unopened.text(keys.text(reason(row.id), Some(&row.reason_sealed), None))?,
                items: items.extract_if(.., |(request, _)| *request == row.id).map(|(_, item)| item).collect(),
                offices: row.offices,
                person: row.person,
                due_at: row.due_at,
                state: known::<State>("state", &row.state)?,
                asked_by: row.asked_by,
                asked_at: row.asked_at,
                declined_because: because.unwrap_or_else(|| String::new().into()),
            })
        })
        .collect()
}

async fn items_of(tx: &mut PgConnection, vault: &Vault, ids: &[Uuid], unopened: Unopened) -> sqlx::Result<Vec<(Uuid, Item)>> {
    let rows = sqlx::query!(
        r#"select i.id, i.request_id, i.kind, i.words_sealed, a.outcome as "outcome?", a.until as "until?", a.answered_by as "by?",
                  a.answered_at as "at?", opens_answer(a.case_id, a.until, a.assignment, a.answered_by) as is_open,
                  case when opens_answer(a.case_id, a.until, a.assignment, a.answered_by) then a.words_sealed end as answer_sealed
           from request_item i left join request_answer a on a.item_id = i.id
           where i.request_id = any($1) order by i.position"#,
        ids
    )
    .fetch_all(&mut *tx)
    .await?;
    let sealed: Vec<&[u8]> = rows.iter().flat_map(|row| [row.words_sealed.as_deref(), row.answer_sealed.as_deref()]).flatten().collect();
    let keys = vault.keys_of(tx, &sealed).await?;
    rows.into_iter()
        .map(|row| {
            let text = |place, sealed: Option<&[u8]>| unopened.text(keys.text(place, sealed, Some(String::new())));
            let answer = match (row.outcome, row.until, row.by, row.at) {
                (Some(outcome), Some(until), Some(by), Some(at)) => {
                    let is_open = row.is_open.unwrap_or(false);
                    let words = if is_open { Some(text(answer_words(row.id), row.answer_sealed.as_deref())?) } else { None };
                    Some(Answer { outcome: known::<Outcome>("outcome", &outcome)?, words, until, by, at })
                }
                _ => None,
            };
            let words = text(item_words(row.id), row.words_sealed.as_deref())?;
            Ok((row.request_id, Item { id: row.id, kind: known::<ItemKind>("kind", &row.kind)?, words, answer }))
        })
        .collect()
}

async fn declined_because(
    tx: &mut PgConnection,
    vault: &Vault,
    ids: &[Uuid],
    unopened: Unopened,
) -> sqlx::Result<Vec<(Uuid, Private<String>)>> {
    let rows = sqlx::query!(
        r#"select id, request_id, words_sealed as "words_sealed!" from request_step where request_id = any($1) and step = 'decline'"#,
        ids
    )
    .fetch_all(&mut *tx)
    .await?;
    let keys = vault.keys_of(tx, &rows.iter().map(|row| row.words_sealed.as_slice()).collect::<Vec<_>>()).await?;
    rows.into_iter().map(|row| Ok((row.request_id, unopened.text(keys.text(step_words(row.id), Some(&row.words_sealed), None))?))).collect()
}
