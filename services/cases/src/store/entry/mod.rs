//! Entries to sites with who enters, their steps and what puts them on hold; names and words sealed under the key of the file [R2a].

pub mod curfew;
pub mod hold;
pub mod standing;

use base::Private;
use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::entry::{
        Entry, Ground, Hold, MediatorEnters, Need, NewEntry, Purpose, Said, Screening, Taken, Visitor,
        machine::{State, Step},
    },
    store::{
        decode::known,
        sealed::{Unopened, owner},
    },
};

/// Most entries of one case, or of the sites of one person, that are read.
const LIMIT: i64 = 200;

const fn place(id: Uuid) -> Place {
    Place::new("entry", "place", id)
}

const fn needs_words(id: Uuid) -> Place {
    Place::new("entry", "words", id)
}

const fn mediator_name(id: Uuid) -> Place {
    Place::new("entry", "mediator_name", id)
}

const fn person_name(id: Uuid) -> Place {
    Place::new("entry_person", "name", id)
}

const fn step_words(id: Uuid) -> Place {
    Place::new("entry_step", "words", id)
}

/// Who asks, under which key, and which conditions are known then; an empty key means none.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub by: &'a str,
    pub key: &'a str,
    pub accepted: &'a [Uuid],
    pub at: OffsetDateTime,
}

/// Adds an entry of a locked case. `ids` gives one id for each who enters.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn add(
    tx: &mut PgConnection,
    vault: &Vault,
    (case, id): (CaseId, Uuid),
    entry: &NewEntry,
    ids: &[Uuid],
    asked: Asked<'_>,
) -> sqlx::Result<()> {
    let data_key = vault.key(tx, owner(case.uuid(), None), asked.at).await?;
    let seal = |place: Place, text: &Private<String>| match text.expose().as_bytes() {
        [] => Ok(None),
        text => data_key.seal(place, text).map(Some),
    };
    let needs: Vec<String> = entry.needs.iter().map(|need| need.code().to_owned()).collect();
    let mediator = entry.mediator.as_ref();
    sqlx::query!(
        "insert into entry (id, case_id, purpose, site, starts_at, ends_at, place_sealed, needs, words_sealed, mediator,
                            mediator_name_sealed, state, accepted, asked_by, asked_at, entry_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'asked', $12, $13, $14,
                 encode(sha256(convert_to(nullif($15, ''), 'UTF8')), 'hex'))",
        id,
        case.uuid(),
        entry.purpose.code(),
        entry.site.as_str(),
        entry.starts_at,
        entry.ends_at,
        seal(place(id), &entry.place)?,
        &needs,
        seal(needs_words(id), &entry.words)?,
        mediator.map(|one| one.identity.as_str()),
        mediator.map(|one| seal(mediator_name(id), &one.name)).transpose()?.flatten(),
        asked.accepted,
        asked.by,
        asked.at,
        asked.key
    )
    .execute(&mut *tx)
    .await?;
    let people: Vec<Uuid> = entry.visitors.iter().map(|one| one.participant.uuid()).collect();
    let sealed = ids.iter().zip(&entry.visitors).map(|(id, one)| data_key.seal(person_name(*id), one.name.expose().as_bytes()));
    let names = sealed.collect::<Result<Vec<_>, _>>()?;
    sqlx::query!(
        "insert into entry_person (id, entry_id, case_id, participant_id, name_sealed)
         select enters.id, $1, $2, enters.participant, enters.name
         from unnest($3::uuid[], $4::uuid[], $5::bytea[]) with ordinality as enters (id, participant, name, place) order by place",
        id,
        case.uuid(),
        ids,
        &people,
        &names
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The entry asked for by this person under this key.
///
/// # Errors
/// The statement failed.
pub async fn under_key(tx: &mut PgConnection, case: CaseId, by: &str, key: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from entry
         where case_id = $1 and asked_by = $2 and entry_key = encode(sha256(convert_to(nullif($3, ''), 'UTF8')), 'hex')",
        case.uuid(),
        by,
        key
    )
    .fetch_optional(tx)
    .await
}

/// Adds a step, and sets the state that it leads to.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn step(tx: &mut PgConnection, vault: &Vault, case: CaseId, (id, entry): (Uuid, Uuid), taken: &Taken) -> sqlx::Result<()> {
    let said = &taken.said;
    let sealed = match said.words.expose().as_bytes() {
        [] => None,
        text => Some(vault.seal(tx, owner(case.uuid(), None), step_words(id), text, taken.at).await?),
    };
    let grounds: Vec<String> = said.grounds.iter().map(|ground| ground.code().to_owned()).collect();
    sqlx::query!(
        "insert into entry_step (id, case_id, entry_id, step, grounds, screening, words_sealed, taken_by, taken_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        case.uuid(),
        entry,
        said.step.code(),
        &grounds,
        said.screening.map(Screening::code),
        sealed,
        taken.by,
        taken.at
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("update entry set state = $2 where id = $1", entry, said.step.leads_to().code()).execute(tx).await?;
    Ok(())
}

/// Writes down which conditions and curfews are known to whoever approves or confirms an entry.
///
/// # Errors
/// The statement failed.
pub async fn accept(tx: &mut PgConnection, entry: Uuid, accepted: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("update entry set accepted = $2 where id = $1", entry, accepted).execute(tx).await?;
    Ok(())
}

/// The case of an entry, as the actor of this transaction may see it.
///
/// # Errors
/// The statement failed.
pub async fn case_of(tx: &mut PgConnection, entry: Uuid) -> sqlx::Result<Option<CaseId>> {
    Ok(sqlx::query_scalar!("select case_id from entry where id = $1", entry).fetch_optional(tx).await?.map(CaseId::new))
}

/// Row of an entry.
struct Row {
    id: Uuid,
    purpose: String,
    site: String,
    starts_at: OffsetDateTime,
    ends_at: OffsetDateTime,
    place_sealed: Option<Vec<u8>>,
    needs: Vec<String>,
    words_sealed: Option<Vec<u8>>,
    mediator: Option<String>,
    mediator_name_sealed: Option<Vec<u8>>,
    state: String,
    asked_by: String,
    asked_at: OffsetDateTime,
}

/// The entries of a case, in the order of asking.
///
/// # Errors
/// A statement failed, or a text cannot be opened and that is refused.
pub async fn of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId, unopened: Unopened) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, purpose, site, starts_at, ends_at, place_sealed, needs, words_sealed, mediator, mediator_name_sealed, state, asked_by,
                asked_at
         from entry where case_id = $1 order by position limit $2",
        case.uuid(),
        LIMIT
    )
    .fetch_all(&mut *tx)
    .await?;
    whole(tx, vault, rows, unopened).await
}

/// The entries to these sites, as the actor may see them: what waits or is to come first, then what is over, the latest first.
///
/// # Errors
/// A statement failed, or a text cannot be opened.
pub async fn of_sites(tx: &mut PgConnection, vault: &Vault, sites: &[String], at: OffsetDateTime) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, purpose, site, starts_at, ends_at, place_sealed, needs, words_sealed, mediator, mediator_name_sealed, state, asked_by,
                asked_at
         from entry where site = any($1)
         order by state = 'asked' and ends_at > $2 desc, ends_at > $2 and state in ('asked', 'approved') desc,
                  abs(extract(epoch from starts_at - $2)), id limit $3",
        sites,
        at,
        LIMIT
    )
    .fetch_all(&mut *tx)
    .await?;
    whole(tx, vault, rows, Unopened::Marked).await
}

/// One entry, as the actor may see it.
///
/// # Errors
/// A statement failed, or a text cannot be opened and that is refused.
pub async fn one(tx: &mut PgConnection, vault: &Vault, id: Uuid, unopened: Unopened) -> sqlx::Result<Option<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, purpose, site, starts_at, ends_at, place_sealed, needs, words_sealed, mediator, mediator_name_sealed, state, asked_by,
                asked_at
         from entry where id = $1",
        id
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(whole(tx, vault, rows, unopened).await?.pop())
}

async fn whole(tx: &mut PgConnection, vault: &Vault, rows: Vec<Row>, unopened: Unopened) -> sqlx::Result<Vec<Entry>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut people = people_of(tx, vault, &ids, unopened).await?;
    let mut steps = steps_of(tx, vault, &ids, unopened).await?;
    let mut holds = hold::of_entries(tx, &ids).await?;
    let values = rows.iter().flat_map(|row| [&row.place_sealed, &row.words_sealed, &row.mediator_name_sealed]);
    let keys = vault.keys_of(tx, &values.filter_map(Option::as_deref).collect::<Vec<_>>()).await?;
    rows.into_iter()
        .map(|row| {
            let text = |place: Place, sealed: &Option<Vec<u8>>| unopened.text(keys.text(place, sealed.as_deref(), Some(String::new())));
            let name = text(mediator_name(row.id), &row.mediator_name_sealed)?;
            let asked = NewEntry {
                purpose: known::<Purpose>("purpose", &row.purpose)?,
                site: row.site.parse().map_err(|_| sqlx::Error::Decode(format!("the site {:?} is none", row.site).into()))?,
                starts_at: row.starts_at,
                ends_at: row.ends_at,
                visitors: people.extract_if(.., |(entry, _)| *entry == row.id).map(|(_, one)| one).collect(),
                mediator: row.mediator.map(|identity| MediatorEnters { identity, name }),
                place: text(place(row.id), &row.place_sealed)?,
                needs: row.needs.iter().map(|code| known::<Need>("need", code)).collect::<sqlx::Result<_>>()?,
                words: text(needs_words(row.id), &row.words_sealed)?,
            };
            Ok(Entry {
                id: row.id,
                asked,
                state: known::<State>("state", &row.state)?,
                asked_by: row.asked_by,
                asked_at: row.asked_at,
                steps: steps.extract_if(.., |(entry, _)| *entry == row.id).map(|(_, taken)| taken).collect(),
                hold: holds.extract_if(.., |(entry, _)| *entry == row.id).map(|(_, hold): (Uuid, Hold)| hold).next(),
            })
        })
        .collect()
}

async fn people_of(tx: &mut PgConnection, vault: &Vault, ids: &[Uuid], unopened: Unopened) -> sqlx::Result<Vec<(Uuid, Visitor)>> {
    let rows =
        sqlx::query!("select id, entry_id, participant_id, name_sealed from entry_person where entry_id = any($1) order by position", ids)
            .fetch_all(&mut *tx)
            .await?;
    let keys = vault.keys_of(tx, &rows.iter().map(|row| row.name_sealed.as_slice()).collect::<Vec<_>>()).await?;
    rows.into_iter()
        .map(|row| {
            let name = unopened.text(keys.text(person_name(row.id), Some(&row.name_sealed), None))?;
            Ok((row.entry_id, Visitor { participant: ParticipantId::new(row.participant_id), name }))
        })
        .collect()
}

async fn steps_of(tx: &mut PgConnection, vault: &Vault, ids: &[Uuid], unopened: Unopened) -> sqlx::Result<Vec<(Uuid, Taken)>> {
    let rows = sqlx::query!(
        "select id, entry_id, step, grounds, screening, words_sealed, taken_by, taken_at
         from entry_step where entry_id = any($1) order by position",
        ids
    )
    .fetch_all(&mut *tx)
    .await?;
    let sealed: Vec<&[u8]> = rows.iter().filter_map(|row| row.words_sealed.as_deref()).collect();
    let keys = vault.keys_of(tx, &sealed).await?;
    rows.into_iter()
        .map(|row| {
            let said = Said {
                step: known::<Step>("step", &row.step)?,
                grounds: row.grounds.iter().map(|code| known::<Ground>("ground", code)).collect::<sqlx::Result<_>>()?,
                screening: row.screening.map(|code| known("screening", &code)).transpose()?,
                words: unopened.text(keys.text(step_words(row.id), row.words_sealed.as_deref(), Some(String::new())))?,
            };
            Ok((row.entry_id, Taken { said, by: row.taken_by, at: row.taken_at }))
        })
        .collect()
}
