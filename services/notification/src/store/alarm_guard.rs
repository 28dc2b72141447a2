//! Table of guarded concerns, and the copy of a concern that the alarm can restore it from.

use base::Private;
use proto::id::ConcernId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::Vault;

use super::sealed;
use crate::domain::{
    alarm_guard::Guarded,
    concern::{Audience, Grade},
};

/// Records that an acceptance was lost: the alarm must ring this audience again, from now on.
///
/// # Errors
/// The statement failed.
pub async fn rearm(db: &mut PgConnection, guarded: &Guarded, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "update guarded set settled_at = null, next_ring_by = $3, heard_at = $3, alarmed_at = null
         where concern_id = $1 and audience = $2 and settled_at is not null and closed_at is null",
        guarded.concern.uuid(),
        guarded.audience.code(),
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Concerns not accepted, those that must ring first before the rest; at most `limit`.
///
/// # Errors
/// The statement failed.
pub async fn ringing(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Guarded>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select concern_id, audience, reference, grade, next_ring_by, alarmed_at, false as "accepted!" from guarded
           where settled_at is null order by next_ring_by, concern_id, audience limit $1"#,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().filter_map(Row::read).collect())
}

/// Concerns accepted and not closed, in the order of concern and audience, after one of them; at most `limit`.
///
/// # Errors
/// The statement failed.
pub async fn accepted(db: &mut PgConnection, after: &(Uuid, String), limit: i64) -> sqlx::Result<Vec<Guarded>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select concern_id, audience, reference, grade, next_ring_by, alarmed_at, true as "accepted!" from guarded
           where settled_at is not null and closed_at is null and (concern_id, audience) > ($1, $2)
           order by concern_id, audience limit $3"#,
        after.0,
        after.1,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().filter_map(Row::read).collect())
}

struct Row {
    concern_id: Uuid,
    audience: String,
    reference: String,
    grade: String,
    next_ring_by: Option<OffsetDateTime>,
    alarmed_at: Option<OffsetDateTime>,
    accepted: bool,
}

impl Row {
    /// A row that another version wrote stops no other: it is guarded by that version, or as a concern where only its grade is unknown.
    fn read(self) -> Option<Guarded> {
        let Some(audience) = Audience::of(&self.audience) else {
            tracing::error!(concern.id = %self.concern_id, "a guarded concern cannot be read by this version: it is passed over");
            return None;
        };
        Some(Guarded {
            concern: ConcernId::new(self.concern_id),
            audience,
            reference: self.reference,
            grade: Grade::of(&self.grade).unwrap_or(Grade::Concern),
            next_ring_by: self.next_ring_by,
            alarmed_at: self.alarmed_at,
            accepted: self.accepted,
        })
    }
}

/// Makes due now what waits for a moment before a clock was set back; returns how many.
///
/// # Errors
/// The statement failed.
pub async fn take_step_back(db: &mut PgConnection, now: OffsetDateTime) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update guarded set next_ring_by = least(next_ring_by, $1), heard_at = $1
         where settled_at is null and heard_at > $1::timestamptz + interval '2 seconds'",
        now
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Records that the alarm has answered some instance of this service.
///
/// # Errors
/// The statement failed.
pub async fn note_answer(db: &mut PgConnection, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into alarm_answer (answered_at) values ($1)
         on conflict (one) do update set answered_at = excluded.answered_at, rung_at = null",
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Time of the alarm's last answer, and of the last ring that it does not answer.
///
/// # Errors
/// The statement failed.
pub async fn last_answer(db: &mut PgConnection) -> sqlx::Result<(Option<OffsetDateTime>, Option<OffsetDateTime>)> {
    let row = sqlx::query!("select answered_at, rung_at from alarm_answer").fetch_optional(db).await?;
    Ok(row.map_or((None, None), |row| (row.answered_at, row.rung_at)))
}

/// Claims for this instance the ring that the alarm does not answer; `false` where another has just done so.
///
/// # Errors
/// The statement failed.
pub async fn claim_unanswered(db: &mut PgConnection, before: Option<OffsetDateTime>, at: OffsetDateTime) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into alarm_answer as held (rung_at) values ($2)
         on conflict (one) do update set rung_at = excluded.rung_at where held.rung_at is not distinct from $1",
        before,
        at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Claims for this instance the ring in the place of the alarm; `false` where another has just done so, or it is settled.
///
/// # Errors
/// The statement failed.
pub async fn claim(db: &mut PgConnection, guarded: &Guarded, at: OffsetDateTime) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update guarded set alarmed_at = $4
         where concern_id = $1 and audience = $2 and settled_at is null and alarmed_at is not distinct from $3",
        guarded.concern.uuid(),
        guarded.audience.code(),
        guarded.alarmed_at,
        at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Recipients with an inbox item of the concern for this audience.
///
/// # Errors
/// The statement failed.
pub async fn listeners(db: &mut PgConnection, concern: ConcernId, audience: Audience) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select distinct recipient from inbox_item where about = $1 and audience = $2 order by recipient",
        concern.uuid(),
        audience.code()
    )
    .fetch_all(db)
    .await
}

/// Envelope of the concern as NHQ was sent it, in its bytes; none where there is none that can be opened.
///
/// # Errors
/// The statement failed.
pub async fn nhq_envelope(
    db: &mut PgConnection,
    vault: &Vault,
    concern: ConcernId,
    template: &str,
) -> sqlx::Result<Option<Private<Vec<u8>>>> {
    let row = sqlx::query!(
        "select recipient, envelope, envelope_sealed from inbox_item
         where about = $1 and audience = 'nhq' and template = $2 order by last_rung_at desc limit 1",
        concern.uuid(),
        template
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let Some(bytes) = row.envelope_sealed else { return Ok(row.envelope.map(Private::new)) };
    let place = sealed::item("envelope", &row.recipient, template, concern.uuid(), Some(Audience::Nhq.code()));
    match vault.keys_of(db, &[&bytes]).await?.open(place, &bytes) {
        Ok(envelope) => Ok(Some(envelope)),
        Err(fault) => {
            tracing::error!(concern.id = %concern, error = %fault, "what was said of a concern cannot be opened: it is given back without it");
            Ok(None)
        }
    }
}
