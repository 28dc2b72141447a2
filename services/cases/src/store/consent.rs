//! Consents, append-only: the newest line for a participant and a mode counts. Names and notes are sealed.

use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::{
        consent::{Consent, Giving, How, Initiative, Statement, Status, Understanding},
        due::{Object, Of, after},
        language::Language,
        participant::kind::Side,
    },
    store::{
        decode::known,
        due, mode,
        sealed::{Unopened, owner},
    },
};

const fn note(id: Uuid) -> Place {
    Place::new("consent_record", "note", id)
}

const fn witness(id: Uuid) -> Place {
    Place::new("consent_record", "witness", id)
}

/// Adds a statement; its texts are sealed under the key of the participant's side.
///
/// # Errors
/// The statement failed, or the vault cannot seal.
pub async fn add(
    tx: &mut PgConnection,
    (vault, id): (&Vault, Uuid),
    case: CaseId,
    (participant, side): (ParticipantId, Option<Side>),
    said: &Statement,
    by: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let described = said.mode.described().map(|described| described.id);
    let giving = &said.giving;
    let (mut note_sealed, mut witness_sealed) = (None, None);
    for (place, text, sealed) in [(note(id), &giving.note, &mut note_sealed), (witness(id), &giving.witness, &mut witness_sealed)] {
        if !text.expose().is_empty() {
            *sealed = Some(vault.seal(tx, owner(case.uuid(), side), place, text.expose().as_bytes(), at).await?);
        }
    }
    let understanding: Vec<String> = giving.understanding.iter().map(|checked| checked.code().to_owned()).collect();
    sqlx::query!(
        "insert into consent_record (case_id, participant_id, mode, status, form_version, language, informed_and_voluntary,
                                     ends_on, initiative, initiative_at, recorded_by, recorded_at, described_mode,
                                     id, how, understanding, note_sealed, witness_sealed, scan)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        case.uuid(),
        participant.uuid(),
        said.mode.code(),
        said.status.code(),
        said.form_version,
        said.language.map(Language::code),
        said.informed_and_voluntary,
        said.ends_on,
        said.initiative.map(|initiative| initiative.how.code()),
        said.initiative.map(|initiative| initiative.at),
        by,
        at,
        described,
        id,
        giving.how.map(How::code),
        &understanding,
        note_sealed,
        witness_sealed,
        giving.scan
    )
    .execute(&mut *tx)
    .await?;
    let object = Object::consent(participant, said.mode.code(), described);
    match (said.status, said.ends_on) {
        (Status::Given, Some(last)) => due::set(tx, &object, &Of::Case(case), at, Some(after(last))).await,
        _ => due::settle(tx, &object, at).await,
    }
}

/// The line that counts for each participant and mode of a case, described modes apart. Its texts stay closed, and read as empty, where
/// no vault is given.
///
/// # Errors
/// The statement failed, or a text cannot be opened and that is refused.
pub async fn standing(tx: &mut PgConnection, case: CaseId, open: Open<'_>) -> sqlx::Result<Vec<(ParticipantId, Consent)>> {
    until(tx, case, None, open).await
}

/// The line that counted at a moment, likewise.
///
/// # Errors
/// The statement failed, or a text cannot be opened and that is refused.
pub async fn standing_at(
    tx: &mut PgConnection,
    case: CaseId,
    then: OffsetDateTime,
    open: Open<'_>,
) -> sqlx::Result<Vec<(ParticipantId, Consent)>> {
    until(tx, case, Some(then), open).await
}

/// What opens texts, and what becomes of those that cannot be opened; `None`: they stay closed.
pub type Open<'a> = Option<(&'a Vault, Unopened)>;

async fn until(
    tx: &mut PgConnection,
    case: CaseId,
    then: Option<OffsetDateTime>,
    open: Open<'_>,
) -> sqlx::Result<Vec<(ParticipantId, Consent)>> {
    let rows = sqlx::query!(
        r#"select distinct on (participant_id, mode, described_mode) participant_id, mode, described_mode,
                  is_direct(described_mode) as direct, status, form_version, language, recorded_at, ends_on, initiative, initiative_at,
                  id, how, understanding, note_sealed, witness_sealed, scan
           from consent_record where case_id = $1 and ($2::timestamptz is null or recorded_at <= $2)
           order by participant_id, mode, described_mode, position desc"#,
        case.uuid(),
        then
    )
    .fetch_all(&mut *tx)
    .await?;
    let sealed: Vec<&[u8]> = rows.iter().flat_map(|row| [&row.note_sealed, &row.witness_sealed]).flatten().map(Vec::as_slice).collect();
    let keys = match open {
        Some((vault, unopened)) => Some((vault.keys_of(tx, &sealed).await?, unopened)),
        None => None,
    };
    let text = |place, sealed: Option<&[u8]>| match &keys {
        Some((keys, unopened)) => unopened.text(keys.text(place, sealed, Some(String::new()))),
        None => Ok(String::new().into()),
    };
    rows.into_iter()
        .map(|row| {
            let consent = Consent {
                mode: mode::of_row(&row.mode, row.described_mode, row.direct)?,
                status: known("status", &row.status)?,
                form_version: row.form_version,
                language: row.language.map(|code| known("language", &code)).transpose()?,
                recorded_at: row.recorded_at,
                ends_on: row.ends_on,
                initiative: match row.initiative.zip(row.initiative_at) {
                    Some((how, at)) => Some(Initiative { how: known("initiative", &how)?, at }),
                    None => None,
                },
                giving: Giving {
                    how: row.how.map(|code| known("how", &code)).transpose()?,
                    understanding: row
                        .understanding
                        .iter()
                        .map(|code| known::<Understanding>("understanding", code))
                        .collect::<sqlx::Result<_>>()?,
                    note: text(note(row.id), row.note_sealed.as_deref())?,
                    witness: text(witness(row.id), row.witness_sealed.as_deref())?,
                    scan: row.scan,
                },
            };
            Ok((ParticipantId::new(row.participant_id), consent))
        })
        .collect()
}

/// Participants who withdrew from any mode, or left and came back or stay under another entry, and have not said on their own initiative
/// since that they want to go on; with the time of the last withdrawal or departure. Those who have left since are included.
///
/// # Errors
/// The statement failed.
pub async fn withdrawn(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<(ParticipantId, OffsetDateTime)>> {
    let rows = sqlx::query!(
        r#"with said as (
               select participant_id, max(position) filter (where status = 'withdrawn') as withdrew,
                      max(recorded_at) filter (where status = 'withdrawn') as withdrew_at,
                      max(position) filter (where initiative is not null) as turned_back,
                      max(recorded_at) filter (where initiative is not null) as turned_back_at
               from consent_record where case_id = $1 group by participant_id),
           went as (
               select p.id, max(l.left_at) as left_at
               from participant p join leaving l on l.case_id = p.case_id and (l.participant_id = p.formerly or p.id = any(l.stays_as))
               where p.case_id = $1 group by p.id)
           select p.id, greatest(withdrew_at, left_at) as "withdrawn_at!"
           from participant p left join said on said.participant_id = p.id left join went on went.id = p.id
           where p.case_id = $1
             and (withdrew > coalesce(turned_back, 0) or left_at > coalesce(turned_back_at, '-infinity'))"#,
        case.uuid()
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (ParticipantId::new(row.id), row.withdrawn_at)).collect())
}
