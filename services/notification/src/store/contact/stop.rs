//! Participants of a case with whom contact is stopped, as cases last told it [IM1c, L26-6].

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{contact::stop::Change, delivery::Reason};

/// Keeps the newest of what was told of each participant, and withholds what waits for those with whom contact is stopped; returns how many
/// deliveries. A sequence that is not higher than the one kept changes nothing. No participant may stand in `changes` twice.
///
/// # Errors
/// A statement failed.
pub async fn keep(db: &mut PgConnection, changes: &[Change], at: OffsetDateTime) -> sqlx::Result<u64> {
    let participants: Vec<Uuid> = changes.iter().map(|change| change.participant.uuid()).collect();
    let cases: Vec<Uuid> = changes.iter().map(|change| change.case.uuid()).collect();
    let sequences: Vec<i64> = changes.iter().map(|change| change.sequence).collect();
    let stopped: Vec<bool> = changes.iter().map(|change| change.stopped).collect();
    let changed: Vec<OffsetDateTime> = changes.iter().map(|change| change.at).collect();
    sqlx::query!(
        "insert into contact_stop (participant_id, case_id, sequence, stopped, changed_at, heard_at)
         select participant_id, case_id, sequence, stopped, changed_at, $6
         from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::boolean[], $5::timestamptz[])
                  as told (participant_id, case_id, sequence, stopped, changed_at)
         order by participant_id
         on conflict on constraint contact_stop_once_per_participant do update
             set sequence = excluded.sequence, stopped = excluded.stopped, changed_at = excluded.changed_at, heard_at = excluded.heard_at
             where excluded.sequence > contact_stop.sequence",
        &participants,
        &cases,
        &sequences,
        &stopped,
        &changed,
        at
    )
    .execute(&mut *db)
    .await?;
    let done = sqlx::query!(
        "update delivery set state = 'withheld', reason = $2, finished_at = $3
         where participant_id = any($1) and state in ('pending', 'retrying')
             and exists (select from contact_stop as stop where stop.participant_id = delivery.participant_id and stopped)",
        &participants,
        Reason::ContactStopped.code(),
        at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
