//! What other services were told of contact with each participant, append-only: the highest sequence stands [IM1c, L26-6].

use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{domain::case::stage::Stage, store::decode::known};

/// A participant, and what was told of them last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    pub participant: ParticipantId,
    pub left: bool,
    pub stopped: bool,
    pub sequence: Option<i64>,
}

/// The stage of a case that was not purged, whether a concern that names it is open, and everyone who was ever on it.
///
/// # Errors
/// The statement failed.
pub async fn of_case(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Option<(Stage, bool, Vec<Told>)>> {
    let rows = sqlx::query!(
        r#"select participant.id, file.stage,
                  exists (select from case_concern where case_id = file.id and closed_at is null) as "frozen!",
                  exists (select from leaving where participant_id = participant.id) as "has_left!",
                  last.stopped as "stopped?", last.sequence as "sequence?"
           from case_file as file join participant on participant.case_id = file.id
           left join lateral (select stopped, sequence from contact_stop where participant_id = participant.id
                              order by sequence desc limit 1) as last on true
           where file.id = $1 and file.purged_at is null order by participant.position"#,
        case.uuid()
    )
    .fetch_all(tx)
    .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let (stage, frozen) = (known("stage", &first.stage)?, first.frozen);
    let people = rows.iter().map(|row| Told {
        participant: ParticipantId::new(row.id),
        left: row.has_left,
        stopped: row.stopped.unwrap_or(false),
        sequence: row.sequence,
    });
    Ok(Some((stage, frozen, people.collect())))
}

/// Notes what is told of a participant.
///
/// # Errors
/// The statement failed.
pub async fn add(
    tx: &mut PgConnection,
    case: CaseId,
    participant: ParticipantId,
    (sequence, stopped): (i64, bool),
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into contact_stop (case_id, participant_id, sequence, stopped, told_at) values ($1, $2, $3, $4, $5)",
        case.uuid(),
        participant.uuid(),
        sequence,
        stopped,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}
