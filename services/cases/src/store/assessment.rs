//! Assessments, append-only; their texts sealed under the key of the participant's side.

use base::Private;
use proto::id::{AssessmentId, CaseId, ConcernId, ParticipantId};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;
use vault::{Keys, Place, Vault};

use crate::{
    domain::{
        assessment::{Assessment, NewAssessment, Risk},
        due::{Object, Of, after as due_after},
        participant::kind::Side,
    },
    store::{
        decode::known,
        due,
        sealed::{self, Unopened},
    },
};

pub(crate) const fn notes(id: Uuid) -> Place {
    Place::new("assessment", "notes", id)
}

pub(crate) const fn for_the_head(id: Uuid) -> Place {
    Place::new("assessment", "for_the_head", id)
}

struct Row {
    id: Uuid,
    participant_id: Uuid,
    risk: String,
    notes: String,
    for_the_head: String,
    notes_sealed: Option<Vec<u8>>,
    for_the_head_sealed: Option<Vec<u8>>,
    next_review_on: Option<Date>,
    idempotency_key: Option<String>,
    concern_id: Option<Uuid>,
    recorded_by: String,
    recorded_at: OffsetDateTime,
}

impl Row {
    fn assessment(self, keys: &Keys, unopened: Unopened) -> sqlx::Result<Assessment> {
        let row = self;
        Ok(Assessment {
            id: AssessmentId::new(row.id),
            said: NewAssessment {
                participant: ParticipantId::new(row.participant_id),
                risk: known("risk", &row.risk)?,
                notes: unopened.text(keys.text(notes(row.id), row.notes_sealed.as_deref(), Some(row.notes)))?,
                for_the_head: unopened.text(keys.text(for_the_head(row.id), row.for_the_head_sealed.as_deref(), Some(row.for_the_head)))?,
                next_review_on: row.next_review_on,
                key: row.idempotency_key.unwrap_or_default(),
            },
            concern: row.concern_id.map(ConcernId::new),
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
        })
    }
}

/// Adds an assessment of a participant of this side. `variant` distinguishes the assessments under one key. Imminent risk is recorded in
/// clear where no key is available.
///
/// # Errors
/// The statement failed, or the vault cannot seal.
pub async fn add(
    tx: &mut PgConnection,
    vault: &Vault,
    case: CaseId,
    side: Option<Side>,
    assessment: &Assessment,
    variant: i32,
) -> sqlx::Result<()> {
    let said = &assessment.said;
    let id = assessment.id.uuid();
    let sealed = async {
        let key = sealed::key(&mut *tx, vault, case, side, assessment.recorded_at).await?;
        let (notes_text, head_text) = (said.notes.expose().as_bytes(), said.for_the_head.expose().as_bytes());
        sqlx::Result::Ok((key.seal(notes(id), notes_text)?, key.seal(for_the_head(id), head_text)?))
    };
    let sealed = match said.risk {
        Risk::Imminent => vault::or_clear(sealed.await, "assessment")?,
        Risk::Low | Risk::Moderate | Risk::High => Some(sealed.await?),
    };
    let (clear, (notes_sealed, head_sealed)) = (sealed.is_none(), sealed.unzip());
    let in_clear = |text: &Private<String>| if clear { text.expose().clone() } else { String::new() };
    sqlx::query!(
        "insert into assessment (id, case_id, participant_id, risk, notes, for_the_head, notes_sealed, for_the_head_sealed, next_review_on,
                                 idempotency_key, variant, concern_id, recorded_by, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, nullif($10, ''), $11, $12, $13, $14)",
        id,
        case.uuid(),
        said.participant.uuid(),
        said.risk.code(),
        in_clear(&said.notes),
        in_clear(&said.for_the_head),
        notes_sealed,
        head_sealed,
        said.next_review_on,
        said.key,
        variant,
        assessment.concern.map(ConcernId::uuid),
        assessment.recorded_by,
        assessment.recorded_at
    )
    .execute(&mut *tx)
    .await?;
    let review_at = said.next_review_on.map(due_after);
    due::set(tx, &Object::assessment(said.participant), &Of::Case(case), assessment.recorded_at, review_at).await
}

/// Every assessment of a case, in the order of recording.
///
/// # Errors
/// The statement failed, or a text cannot be opened and that is refused.
pub async fn of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId, unopened: Unopened) -> sqlx::Result<Vec<Assessment>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, participant_id, risk, notes, for_the_head, notes_sealed, for_the_head_sealed, next_review_on, idempotency_key,
                concern_id, recorded_by, recorded_at
         from assessment where case_id = $1 order by position",
        case.uuid()
    )
    .fetch_all(&mut *tx)
    .await?;
    open(tx, vault, rows, unopened).await
}

/// The assessments recorded under one key of a case, in the order of recording. A text that cannot be opened is marked: it then matches no
/// repetition, so that possible news is never dropped.
///
/// # Errors
/// The statement failed.
pub async fn under_key(tx: &mut PgConnection, vault: &Vault, case: CaseId, key: &str) -> sqlx::Result<Vec<Assessment>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, participant_id, risk, notes, for_the_head, notes_sealed, for_the_head_sealed, next_review_on, idempotency_key,
                concern_id, recorded_by, recorded_at
         from assessment where case_id = $1 and idempotency_key = $2 order by position",
        case.uuid(),
        key
    )
    .fetch_all(&mut *tx)
    .await?;
    open(tx, vault, rows, Unopened::Marked).await
}

async fn open(tx: &mut PgConnection, vault: &Vault, rows: Vec<Row>, unopened: Unopened) -> sqlx::Result<Vec<Assessment>> {
    let sealed = rows.iter().flat_map(|row| [row.notes_sealed.as_deref(), row.for_the_head_sealed.as_deref()]);
    let sealed: Vec<&[u8]> = sealed.flatten().collect();
    let keys = vault.keys_of(tx, &sealed).await?;
    rows.into_iter().map(|row| row.assessment(&keys, unopened)).collect()
}
