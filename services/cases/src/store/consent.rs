//! Consents: the newest line for a participant and a mode stands; none is changed.

use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::known;
use crate::domain::{
    consent::{Consent, Statement, Status},
    mode::Mode,
    participant::Language,
};

/// Adds a statement to the record.
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
    sqlx::query!(
        "insert into consent_record (case_id, participant_id, mode, status, form_version, language, informed_and_voluntary,
                                     recorded_by, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        case.uuid(),
        participant.uuid(),
        said.mode.code(),
        said.status.code(),
        said.form_version,
        said.language.map(Language::code),
        said.informed_and_voluntary,
        by,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What stands for each participant and mode of a case.
///
/// # Errors
/// The statement failed.
pub async fn standing(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<(ParticipantId, Consent)>> {
    let rows = sqlx::query!(
        "select distinct on (participant_id, mode) participant_id, mode, status, form_version, language, recorded_at
         from consent_record where case_id = $1 order by participant_id, mode, position desc",
        case.uuid()
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let consent = Consent {
                mode: known("mode", Mode::of_code(&row.mode))?,
                status: known("status", Status::of_code(&row.status))?,
                form_version: row.form_version,
                language: row.language.map(|code| known("language", Language::of_code(&code))).transpose()?,
                recorded_at: row.recorded_at,
            };
            Ok((ParticipantId::new(row.participant_id), consent))
        })
        .collect()
}
