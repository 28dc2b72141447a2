//! What is written of requests: the request with its items, answers, steps, and the office to which it climbs.

use base::Private;
use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use super::{about, answer_words, item_words, number, reason, step_words};
use crate::{
    domain::request::{
        Addressee, File, NewAnswer, NewRequest,
        machine::{State, Step},
    },
    store::sealed::owner,
};

/// Who asks, under which key, and when the answer is due; an empty key means none.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub by: &'a str,
    pub key: &'a str,
    pub due_at: OffsetDateTime,
    pub at: OffsetDateTime,
}

/// Adds a request to a locked case. `items` gives one id for each item.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn add(
    tx: &mut PgConnection,
    vault: &Vault,
    (case, id): (CaseId, Uuid),
    request: &NewRequest,
    items: &[Uuid],
    asked: Asked<'_>,
) -> sqlx::Result<()> {
    let key = vault.key(tx, owner(case.uuid(), Some(request.file.side())), asked.at).await?;
    let seal = |place: Place, text: &Private<String>| match text.expose().as_bytes() {
        [] => Ok(None),
        text => key.seal(place, text).map(Some),
    };
    let (office, person) = match &request.addressee {
        Addressee::Office(name) => (vec![name.clone()], None),
        Addressee::Person(name) => (Vec::new(), Some(name.as_str())),
    };
    sqlx::query!(
        "insert into request (id, case_id, side, participant_id, about_sealed, number_sealed, reason_sealed, offices, person, due_at, state,
                              asked_by, asked_at, request_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'asked', $11, $12, encode(sha256(convert_to(nullif($13, ''), 'UTF8')), 'hex'))",
        id,
        case.uuid(),
        request.file.code(),
        request.participant.uuid(),
        key.seal(about(id), request.about.expose().as_bytes())?,
        seal(number(id), &request.number)?,
        key.seal(reason(id), request.reason.expose().as_bytes())?,
        &office,
        person,
        asked.due_at,
        asked.by,
        asked.at,
        asked.key
    )
    .execute(&mut *tx)
    .await?;
    let kinds: Vec<String> = request.items.iter().map(|item| item.kind.code().to_owned()).collect();
    let sealed = items.iter().zip(&request.items).map(|(id, item)| seal(item_words(*id), &item.words));
    let words = sealed.collect::<Result<Vec<_>, _>>()?;
    sqlx::query!(
        "insert into request_item (id, case_id, request_id, kind, words_sealed)
         select item.id, $1, $2, item.kind, item.words
         from unnest($3::uuid[], $4::text[], $5::bytea[]) with ordinality as item (id, kind, words, place) order by place",
        case.uuid(),
        id,
        items,
        &kinds,
        &words as &[Option<Vec<u8>>]
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Adds answers to items of a request. `assignment_of` names the mediator to whom they are given.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn answer(
    tx: &mut PgConnection,
    vault: &Vault,
    (case, request, file): (CaseId, Uuid, File),
    answers: &[NewAnswer],
    until: OffsetDateTime,
    (by, at): (&str, OffsetDateTime),
) -> sqlx::Result<()> {
    let key = vault.key(tx, owner(case.uuid(), Some(file.side())), at).await?;
    let ids: Vec<Uuid> = answers.iter().map(|one| one.item).collect();
    let outcomes: Vec<String> = answers.iter().map(|one| one.outcome.code().to_owned()).collect();
    let sealed = answers.iter().map(|one| match one.words.expose().as_bytes() {
        [] => Ok(None),
        text => key.seal(answer_words(one.item), text).map(Some),
    });
    let words = sealed.collect::<Result<Vec<_>, _>>()?;
    sqlx::query!(
        "insert into request_answer (item_id, case_id, request_id, outcome, words_sealed, until, assignment, answered_by, answered_at)
         select given.item, $1, $2, given.outcome, given.words, $6, assignment_of($1, $8), $7, $8
         from unnest($3::uuid[], $4::text[], $5::bytea[]) as given (item, outcome, words)",
        case.uuid(),
        request,
        &ids,
        &outcomes,
        &words as &[Option<Vec<u8>>],
        until,
        by,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Adds a step, with why where it was declined.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn step(
    tx: &mut PgConnection,
    vault: &Vault,
    (case, request, file): (CaseId, Uuid, File),
    (id, step, words): (Uuid, Step, &Private<String>),
    (by, at): (&str, OffsetDateTime),
) -> sqlx::Result<()> {
    let sealed = match words.expose().as_bytes() {
        [] => None,
        text => Some(vault.seal(tx, owner(case.uuid(), Some(file.side())), step_words(id), text, at).await?),
    };
    sqlx::query!(
        "insert into request_step (id, case_id, request_id, step, words_sealed, taken_by, taken_at) values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        case.uuid(),
        request,
        step.code(),
        sealed,
        by,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes where a request stands.
///
/// # Errors
/// The statement failed.
pub async fn set_state(tx: &mut PgConnection, request: Uuid, state: State) -> sqlx::Result<()> {
    sqlx::query!("update request set state = $2 where id = $1", request, state.code()).execute(tx).await?;
    Ok(())
}

/// Adds the office to which a request climbs; from then on it is addressed to that office too.
///
/// # Errors
/// The statement failed.
pub async fn climb(tx: &mut PgConnection, request: Uuid, office: &str) -> sqlx::Result<()> {
    sqlx::query!("update request set offices = offices || $2::text where id = $1", request, office).execute(tx).await?;
    Ok(())
}
