//! Conflicts of interest of mediators [D-mediator].

use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::mediator::conflict::{Conflict, With};

/// Records a conflict, and answers its id: that of the one that stands, where it was recorded before.
///
/// # Errors
/// The statement failed.
pub async fn record(tx: &mut PgConnection, subject: &str, id: Uuid, with: &With, by: &str, at: OffsetDateTime) -> sqlx::Result<Uuid> {
    let (site, case, person) = match with {
        With::Site(site) => (Some(site.as_str()), None, None),
        With::Person(case, person) => (None, Some(case.uuid()), Some(person.uuid())),
    };
    sqlx::query!(
        "insert into mediator_conflict (id, subject, site, case_id, participant_id, recorded_by, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        id,
        subject,
        site,
        case,
        person,
        by,
        at
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query_scalar!(
        "select id from mediator_conflict
         where subject = $1 and site is not distinct from $2 and participant_id is not distinct from $3 and lifted_at is null",
        subject,
        site,
        person
    )
    .fetch_one(tx)
    .await
}

/// Lifts a conflict; `false` where the mediator never had it. One that was lifted stays as it was.
///
/// # Errors
/// A statement failed.
pub async fn lift(tx: &mut PgConnection, subject: &str, id: Uuid, by: &str, at: OffsetDateTime) -> sqlx::Result<bool> {
    sqlx::query!(
        "update mediator_conflict set lifted_by = $3, lifted_at = $4 where id = $1 and subject = $2 and lifted_at is null",
        id,
        subject,
        by,
        at
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query_scalar!(r#"select exists (select from mediator_conflict where id = $1 and subject = $2) as "was!""#, id, subject)
        .fetch_one(tx)
        .await
}

/// The conflicts of these mediators that stand, in the order of recording.
///
/// # Errors
/// The statement failed.
pub async fn standing(tx: &mut PgConnection, subjects: &[String]) -> sqlx::Result<Vec<(String, Conflict)>> {
    let rows = sqlx::query!(
        "select id, subject, site, case_id, participant_id, recorded_at
         from mediator_conflict where subject = any($1) and lifted_at is null order by recorded_at, id",
        subjects
    )
    .fetch_all(tx)
    .await?;
    let conflicts = rows.into_iter().filter_map(|row| {
        let with = match (row.site, row.case_id, row.participant_id) {
            (Some(site), ..) => With::Site(site),
            (None, Some(case), Some(person)) => With::Person(CaseId::new(case), ParticipantId::new(person)),
            // The table has no such row.
            (None, ..) => return None,
        };
        Some((row.subject, Conflict { id: row.id, with, recorded_at: row.recorded_at }))
    });
    Ok(conflicts.collect())
}
