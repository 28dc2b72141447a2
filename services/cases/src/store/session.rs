//! Sessions of participants, and their steps, both append-only; texts are sealed [R4b].

use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::{
        due::{Object, Of, after},
        mode::Mode,
        participant::kind::Side,
        session::{NewSession, Outcome, Said, Session, Taken, machine::Step},
    },
    store::{
        decode::known,
        due, mode,
        sealed::{Unopened, owner},
    },
};

const fn place(id: Uuid) -> Place {
    Place::new("case_session", "place", id)
}

const fn needs(id: Uuid) -> Place {
    Place::new("case_session", "needs", id)
}

const fn words(id: Uuid) -> Place {
    Place::new("case_session_step", "words", id)
}

/// Adds a session, sealed under the key of the file; an empty key means none.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn add(
    tx: &mut PgConnection,
    vault: &Vault,
    (case, id): (CaseId, Uuid),
    session: &NewSession,
    (by, key): (&str, &str),
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let data_key = vault.key(tx, owner(case.uuid(), None), at).await?;
    let asked = match session.needs.expose().as_bytes() {
        [] => None,
        text => Some(data_key.seal(needs(id), text)?),
    };
    sqlx::query!(
        "insert into case_session (id, case_id, mode, described_mode, starts_at, place_sealed, needs_sealed, co_mediator, planned_by,
                                   planned_at, session_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, encode(sha256(convert_to(nullif($11, ''), 'UTF8')), 'hex'))",
        id,
        case.uuid(),
        session.mode.code(),
        session.mode.described().map(|described| described.id),
        session.starts_at,
        data_key.seal(place(id), session.place.expose().as_bytes())?,
        asked,
        session.co_mediator,
        by,
        at,
        key
    )
    .execute(&mut *tx)
    .await?;
    let people: Vec<Uuid> = session.participants.iter().map(|id| id.uuid()).collect();
    sqlx::query!(
        "insert into case_session_person (session_id, case_id, participant_id) select $1, $2, unnest($3::uuid[])",
        id,
        case.uuid(),
        &people
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The session planned under an idempotency key of the caller.
///
/// # Errors
/// The statement failed.
pub async fn under_key(tx: &mut PgConnection, case: CaseId, by: &str, key: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from case_session
         where case_id = $1 and planned_by = $2 and session_key = encode(sha256(convert_to($3, 'UTF8')), 'hex')",
        case.uuid(),
        by,
        key
    )
    .fetch_optional(tx)
    .await
}

/// Adds a step; what is said with it is sealed under the key of the side of a debrief, and else of the file.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn step(tx: &mut PgConnection, vault: &Vault, case: CaseId, (id, session): (Uuid, Uuid), taken: &Taken) -> sqlx::Result<()> {
    let said = &taken.said;
    let sealed = match said.words.expose().as_bytes() {
        [] => None,
        text => Some(vault.seal(tx, owner(case.uuid(), said.side), words(id), text, taken.at).await?),
    };
    sqlx::query!(
        "insert into case_session_step (id, case_id, session_id, step, words_sealed, outcome, side, next_on, taken_by, taken_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        case.uuid(),
        session,
        said.step.code(),
        sealed,
        said.outcome.map(Outcome::code),
        said.side.map(Side::code),
        said.next_on,
        taken.by,
        taken.at
    )
    .execute(&mut *tx)
    .await?;
    let object = Object::follow_up(session);
    match (said.step, said.next_on) {
        (Step::FollowUp, Some(day)) => due::set(tx, &object, &Of::Case(case), taken.at, Some(after(day))).await,
        (Step::FollowUp | Step::Finish, _) => due::settle(tx, &object, taken.at).await,
        _ => Ok(()),
    }
}

/// Every session of a case with its people and its steps, in the order of planning.
///
/// # Errors
/// A statement failed, or a text cannot be opened and that is refused.
pub async fn of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId, unopened: Unopened) -> sqlx::Result<Vec<Session>> {
    let mut steps = steps_of_case(tx, vault, case, unopened).await?;
    let rows = sqlx::query!(
        r#"select id, mode, described_mode, is_direct(described_mode) as direct, starts_at, place_sealed, needs_sealed, co_mediator,
                  planned_by, planned_at,
                  array(select p.id from case_session_person s join participant p on p.id = s.participant_id
                        where s.session_id = case_session.id order by p.position) as "people!"
           from case_session where case_id = $1 order by position"#,
        case.uuid()
    )
    .fetch_all(&mut *tx)
    .await?;
    let sealed: Vec<&[u8]> =
        rows.iter().flat_map(|row| [Some(row.place_sealed.as_slice()), row.needs_sealed.as_deref()]).flatten().collect();
    let keys = vault.keys_of(tx, &sealed).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Session {
                id: row.id,
                planned: NewSession {
                    mode: mode::of_row(&row.mode, row.described_mode, row.direct)?,
                    starts_at: row.starts_at,
                    participants: row.people.into_iter().map(ParticipantId::new).collect(),
                    place: unopened.text(keys.text(place(row.id), Some(&row.place_sealed), None))?,
                    needs: unopened.text(keys.text(needs(row.id), row.needs_sealed.as_deref(), Some(String::new())))?,
                    co_mediator: row.co_mediator,
                },
                planned_by: row.planned_by,
                planned_at: row.planned_at,
                steps: steps.extract_if(.., |(session, _)| *session == row.id).map(|(_, taken)| taken).collect(),
            })
        })
        .collect()
}

/// Every step of a case with its session, oldest first.
async fn steps_of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId, unopened: Unopened) -> sqlx::Result<Vec<(Uuid, Taken)>> {
    let rows = sqlx::query!(
        "select id, session_id, step, words_sealed, outcome, side, next_on, taken_by, taken_at
         from case_session_step where case_id = $1 order by position",
        case.uuid()
    )
    .fetch_all(&mut *tx)
    .await?;
    let sealed: Vec<&[u8]> = rows.iter().filter_map(|row| row.words_sealed.as_deref()).collect();
    let keys = vault.keys_of(tx, &sealed).await?;
    rows.into_iter()
        .map(|row| {
            let said = Said {
                step: known("step", &row.step)?,
                words: unopened.text(keys.text(words(row.id), row.words_sealed.as_deref(), Some(String::new())))?,
                outcome: row.outcome.map(|code| known("outcome", &code)).transpose()?,
                side: row.side.map(|code| known("side", &code)).transpose()?,
                next_on: row.next_on,
            };
            Ok((row.session_id, Taken { said, by: row.taken_by, at: row.taken_at }))
        })
        .collect()
}

/// A session that is confirmed or under way: what the gate may block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    pub session: Uuid,
    pub people: Vec<ParticipantId>,
    pub mode: Mode,
    pub starts_at: OffsetDateTime,
    pub co_mediator: Option<String>,
}

/// The sessions of a case that are confirmed or under way.
///
/// # Errors
/// The statement failed.
pub async fn ahead(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<Ahead>> {
    let rows = sqlx::query!(
        r#"select c.id, mode, described_mode, is_direct(described_mode) as direct, starts_at, co_mediator,
                  array(select participant_id from case_session_person p where p.session_id = c.id) as "people!"
           from case_session_step s join case_session c on c.id = s.session_id
           where s.case_id = $1 and s.step in ('confirm', 'begin')
             and not exists (select from case_session_step later where later.session_id = s.session_id and later.position > s.position)
           order by c.position"#,
        case.uuid()
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Ahead {
                session: row.id,
                people: row.people.into_iter().map(ParticipantId::new).collect(),
                mode: mode::of_row(&row.mode, row.described_mode, row.direct)?,
                starts_at: row.starts_at,
                co_mediator: row.co_mediator,
            })
        })
        .collect()
}

/// Cases with a session that is confirmed or under way, after the one given, in the order of their ids.
///
/// # Errors
/// The statement failed.
pub async fn cases_with_ahead(tx: &mut PgConnection, after: Uuid, limit: i64) -> sqlx::Result<Vec<CaseId>> {
    let ids = sqlx::query_scalar!(
        "select distinct s.case_id from case_session_step s
         where s.step in ('confirm', 'begin') and s.case_id > $1
           and not exists (select from case_session_step later where later.session_id = s.session_id and later.position > s.position)
         order by s.case_id limit $2",
        after,
        limit
    )
    .fetch_all(tx)
    .await?;
    Ok(ids.into_iter().map(CaseId::new).collect())
}
