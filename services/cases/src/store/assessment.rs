//! Assessments: added to, never changed.

use proto::id::{AssessmentId, CaseId, ConcernId, ParticipantId};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::known;
use crate::domain::assessment::{Assessment, NewAssessment, Risk};

struct Row {
    id: Uuid,
    participant_id: Uuid,
    risk: String,
    notes: String,
    for_the_head: String,
    next_review_on: Option<Date>,
    idempotency_key: Option<String>,
    concern_id: Option<Uuid>,
    recorded_by: String,
    recorded_at: OffsetDateTime,
}

impl TryFrom<Row> for Assessment {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: AssessmentId::new(row.id),
            said: NewAssessment {
                participant: ParticipantId::new(row.participant_id),
                risk: known("risk", Risk::of_code(&row.risk))?,
                notes: row.notes.into(),
                for_the_head: row.for_the_head.into(),
                next_review_on: row.next_review_on,
                key: row.idempotency_key.unwrap_or_default(),
            },
            concern: row.concern_id.map(ConcernId::new),
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
        })
    }
}

/// Adds an assessment to the record. `variant` tells the assessments under one key apart.
///
/// # Errors
/// The statement failed.
pub async fn add(tx: &mut PgConnection, case: CaseId, assessment: &Assessment, variant: i32) -> sqlx::Result<()> {
    let said = &assessment.said;
    sqlx::query!(
        "insert into assessment (id, case_id, participant_id, risk, notes, for_the_head, next_review_on, idempotency_key, variant,
                                 concern_id, recorded_by, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), $9, $10, $11, $12)",
        assessment.id.uuid(),
        case.uuid(),
        said.participant.uuid(),
        said.risk.code(),
        said.notes.expose(),
        said.for_the_head.expose(),
        said.next_review_on,
        said.key,
        variant,
        assessment.concern.map(ConcernId::uuid),
        assessment.recorded_by,
        assessment.recorded_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Every assessment of a case, in the order of recording.
///
/// # Errors
/// The statement failed.
pub async fn of_case(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<Assessment>> {
    sqlx::query_as!(
        Row,
        "select id, participant_id, risk, notes, for_the_head, next_review_on, idempotency_key, concern_id, recorded_by, recorded_at
         from assessment where case_id = $1 order by position",
        case.uuid()
    )
    .fetch_all(tx)
    .await?
    .into_iter()
    .map(Assessment::try_from)
    .collect()
}

/// The assessments recorded under one key of a case, in the order of recording.
///
/// # Errors
/// The statement failed.
pub async fn under_key(tx: &mut PgConnection, case: CaseId, key: &str) -> sqlx::Result<Vec<Assessment>> {
    sqlx::query_as!(
        Row,
        "select id, participant_id, risk, notes, for_the_head, next_review_on, idempotency_key, concern_id, recorded_by, recorded_at
         from assessment where case_id = $1 and idempotency_key = $2 order by position",
        case.uuid(),
        key
    )
    .fetch_all(tx)
    .await?
    .into_iter()
    .map(Assessment::try_from)
    .collect()
}
