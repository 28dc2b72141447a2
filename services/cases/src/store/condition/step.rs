//! What was done about conditions: victims informed, amendments and ends. Added to, never changed.

use base::Private;
use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::{
        condition::step::{Done, Step},
        participant::kind::Side,
    },
    store::{decode::known, sealed},
};

/// Most steps of one case that are read.
const LIMIT: i64 = 1_000;

const fn words(id: Uuid) -> Place {
    Place::new("condition_step", "words", id)
}

const fn note(id: Uuid) -> Place {
    Place::new("condition_step", "note", id)
}

/// Adds a step of a condition of a locked case.
///
/// # Errors
/// A statement failed, or the vault cannot seal.
pub async fn add(tx: &mut PgConnection, vault: &Vault, case: CaseId, id: Uuid, step: &Step) -> sqlx::Result<()> {
    let (side, participant, how, done_on) = match &step.done {
        Done::Informed { participant, how, on, .. } => (Some(Side::Victim), Some(participant.uuid()), Some(how.code()), Some(*on)),
        Done::Amended { on, .. } => (None, None, None, Some(*on)),
        Done::Ended { how, .. } => (None, None, Some(how.code()), None),
    };
    let key = vault.key(tx, sealed::owner(case.uuid(), side), step.at).await?;
    let (said, noted) = step.done.texts();
    let noted = noted.map(|noted| key.seal(note(id), noted.expose().as_bytes())).transpose()?;
    sqlx::query!(
        "insert into condition_step (id, case_id, condition_id, act, participant_id, how, done_on, words_sealed, note_sealed, recorded_by,
                                     recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id,
        case.uuid(),
        step.condition,
        step.done.code(),
        participant,
        how,
        done_on,
        key.seal(words(id), said.expose().as_bytes())?,
        noted,
        step.by,
        step.at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The participants of whom it is recorded that they were informed of a change of this condition.
///
/// # Errors
/// The statement failed.
pub async fn informed(tx: &mut PgConnection, condition: Uuid, case: CaseId) -> sqlx::Result<Vec<ParticipantId>> {
    let ids = sqlx::query_scalar!(
        r#"select participant_id as "participant_id!" from condition_step where case_id = $1 and condition_id = $2 and act = 'informed'"#,
        case.uuid(),
        condition
    )
    .fetch_all(tx)
    .await?;
    Ok(ids.into_iter().map(ParticipantId::new).collect())
}

struct Row {
    id: Uuid,
    condition_id: Uuid,
    act: String,
    participant_id: Option<Uuid>,
    how: Option<String>,
    done_on: Option<Date>,
    words_sealed: Vec<u8>,
    note_sealed: Option<Vec<u8>>,
    recorded_by: String,
    recorded_at: OffsetDateTime,
}

impl Row {
    fn step(self, words: Private<String>, note: Option<Private<String>>) -> sqlx::Result<Step> {
        let how = self.how.unwrap_or_default();
        let on = self.done_on.unwrap_or(self.recorded_at.date());
        let done = match (self.act.as_str(), self.participant_id) {
            ("informed", Some(who)) => {
                Done::Informed { participant: ParticipantId::new(who), how: known("how", &how)?, on, by: words, concerns: note }
            }
            ("amended", _) => Done::Amended { on, text: words, without_informing: note },
            _ => Done::Ended { how: known("how", &how)?, reason: words, without_informing: note },
        };
        Ok(Step { condition: self.condition_id, done, by: self.recorded_by, at: self.recorded_at })
    }
}

/// Every step of the conditions of a case, in the order of recording.
///
/// # Errors
/// The statement failed, or a text cannot be opened.
pub async fn of_case(tx: &mut PgConnection, vault: &Vault, case: CaseId) -> sqlx::Result<Vec<Step>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, condition_id, act, participant_id, how, done_on, words_sealed, note_sealed, recorded_by, recorded_at
         from condition_step where case_id = $1 order by position limit $2",
        case.uuid(),
        LIMIT
    )
    .fetch_all(&mut *tx)
    .await?;
    let values = rows.iter().flat_map(|row| [Some(row.words_sealed.as_slice()), row.note_sealed.as_deref()]);
    let keys = vault.keys_of(tx, &values.flatten().collect::<Vec<_>>()).await?;
    rows.into_iter()
        .map(|row| {
            let said = keys.text(words(row.id), Some(&row.words_sealed), None)?;
            let noted = row.note_sealed.as_deref().map(|sealed| keys.text(note(row.id), Some(sealed), None)).transpose()?;
            row.step(said, noted)
        })
        .collect()
}
