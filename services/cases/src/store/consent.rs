//! Consents, append-only: the newest line for a participant and a mode counts.

use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    domain::{
        consent::{Consent, Initiative, Statement, Status},
        due::{Object, Of, after},
        language::Language,
    },
    store::{decode::known, due, mode},
};

/// Adds a statement.
///
/// # Errors
/// The statement failed.
pub async fn add(
    tx: &mut PgConnection,
    case: CaseId,
    participant: ParticipantId,
    said: &Statement,
    by: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let described = said.mode.described().map(|described| described.id);
    sqlx::query!(
        "insert into consent_record (case_id, participant_id, mode, status, form_version, language, informed_and_voluntary,
                                     ends_on, initiative, initiative_at, recorded_by, recorded_at, described_mode)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
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
        described
    )
    .execute(&mut *tx)
    .await?;
    let object = Object::consent(participant, said.mode.code(), described);
    match (said.status, said.ends_on) {
        (Status::Given, Some(last)) => due::set(tx, &object, &Of::Case(case), at, Some(after(last))).await,
        _ => due::settle(tx, &object, at).await,
    }
}

/// The line that counts for each participant and mode of a case, described modes apart.
///
/// # Errors
/// The statement failed.
pub async fn standing(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<(ParticipantId, Consent)>> {
    until(tx, case, None).await
}

/// The line that counted at a moment, likewise.
///
/// # Errors
/// The statement failed.
pub async fn standing_at(tx: &mut PgConnection, case: CaseId, then: OffsetDateTime) -> sqlx::Result<Vec<(ParticipantId, Consent)>> {
    until(tx, case, Some(then)).await
}

async fn until(tx: &mut PgConnection, case: CaseId, then: Option<OffsetDateTime>) -> sqlx::Result<Vec<(ParticipantId, Consent)>> {
    let rows = sqlx::query!(
        r#"select distinct on (participant_id, mode, described_mode) participant_id, mode, described_mode,
                  is_direct(described_mode) as direct, status, form_version, language, recorded_at, ends_on, initiative, initiative_at
           from consent_record where case_id = $1 and ($2::timestamptz is null or recorded_at <= $2)
           order by participant_id, mode, described_mode, position desc"#,
        case.uuid(),
        then
    )
    .fetch_all(tx)
    .await?;
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
