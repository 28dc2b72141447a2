//! Participants: the only table with names and FPS numbers.

use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::known;
use crate::domain::participant::{Kind, Language, NewParticipant, Participant};

/// Adds a person to a case.
///
/// # Errors
/// The statement failed.
pub async fn add(
    tx: &mut PgConnection,
    case: CaseId,
    id: ParticipantId,
    person: &NewParticipant,
    by: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into participant (id, case_id, kind, name, fps, language, added_by, added_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.uuid(),
        case.uuid(),
        person.kind.code(),
        person.name.expose(),
        person.fps.expose(),
        person.language.map(Language::code),
        by,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Everyone on the file, in the order they were added.
///
/// # Errors
/// The statement failed.
pub async fn of_case(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<Participant>> {
    let rows =
        sqlx::query!("select id, kind, name, fps, language, added_at from participant where case_id = $1 order by position", case.uuid())
            .fetch_all(tx)
            .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Participant {
                id: ParticipantId::new(row.id),
                person: NewParticipant {
                    kind: known("kind", Kind::of_code(&row.kind))?,
                    name: row.name.into(),
                    fps: row.fps.into(),
                    language: row.language.map(|code| known("language", Language::of_code(&code))).transpose()?,
                },
                added_at: row.added_at,
            })
        })
        .collect()
}
