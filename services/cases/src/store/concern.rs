//! Concerns that name a case: while one is open, contact between the parties is frozen [RM1].

use proto::{
    id::{CaseId, ConcernId},
    named::Named,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Records a concern the case raises; the freeze begins here, whether safety answers or not. `follows_site`: the head of the current site
/// of the case is notified of it, also after a move.
///
/// # Errors
/// The statement failed.
pub async fn raise(
    tx: &mut PgConnection,
    case: CaseId,
    (concern, follows_site): (ConcernId, bool),
    event: Uuid,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into case_concern (concern_id, case_id, raise_event_id, raised_at, revision, follows_site) values ($1, $2, $3, $4, 0, $5)",
        concern.uuid(),
        case.uuid(),
        event,
        at,
        follows_site
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Of the open concerns named here, each with what it names, those that must freeze a case and do not yet.
///
/// # Errors
/// The statement failed.
pub async fn not_frozen_by(tx: &mut PgConnection, named: &[(ConcernId, Named)]) -> sqlx::Result<Vec<(ConcernId, CaseId)>> {
    let concerns: Vec<Uuid> = named.iter().map(|(concern, _)| concern.uuid()).collect();
    let ids: Vec<Option<Uuid>> = named.iter().map(|(_, name)| name.id()).collect();
    let numbers: Vec<Option<String>> = named.iter().map(|(_, name)| name.number().map(str::to_owned)).collect();
    let rows = sqlx::query!(
        r#"select distinct n.concern as "concern!", f.id
           from unnest($1::uuid[], $2::uuid[], $3::text[]) as n (concern, named, number)
           join case_file f on f.id = n.named or f.referral_id = n.named or f.number = n.number or f.referral_number = n.number
           where f.purged_at is null
             and not exists (select from case_concern c where c.concern_id = n.concern and c.case_id = f.id and c.closed_at is null)
           order by f.id"#,
        &concerns,
        &ids as &[Option<Uuid>],
        &numbers as &[Option<String>]
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (ConcernId::new(row.concern), CaseId::new(row.id))).collect())
}

/// Freezes a locked case by an open concern, for the first time or again; `false` where it does already.
///
/// # Errors
/// The statement failed.
pub async fn freeze(tx: &mut PgConnection, case: CaseId, concern: ConcernId, at: OffsetDateTime) -> sqlx::Result<bool> {
    let frozen = sqlx::query!(
        "insert into case_concern (concern_id, case_id, raised_at, revision) values ($1, $2, $3, 0)
         on conflict on constraint case_concern_one_row_per_concern_and_case do update set closed_at = null
         where case_concern.closed_at is not null",
        concern.uuid(),
        case.uuid(),
        at
    )
    .execute(tx)
    .await?;
    Ok(frozen.rows_affected() == 1)
}

/// The concerns that freeze any case, after an id, in the order of their ids.
///
/// # Errors
/// The statement failed.
pub async fn freezing(tx: &mut PgConnection, after: Uuid, limit: i64) -> sqlx::Result<Vec<ConcernId>> {
    let ids = sqlx::query_scalar!(
        "select distinct concern_id from case_concern where closed_at is null and concern_id > $1 order by concern_id limit $2",
        after,
        limit
    );
    Ok(ids.fetch_all(tx).await?.into_iter().map(ConcernId::new).collect())
}

/// Outbox events of these concerns, where a case raised them.
///
/// # Errors
/// The statement failed.
pub async fn raise_events(tx: &mut PgConnection, concerns: &[ConcernId]) -> sqlx::Result<Vec<Uuid>> {
    let concerns: Vec<Uuid> = concerns.iter().map(|concern| concern.uuid()).collect();
    sqlx::query_scalar!(
        r#"select c.raise_event_id as "event!" from case_concern c join outbox o on o.id = c.raise_event_id
           where c.concern_id = any($1) and o.confirmed_at is null and o.must_be_confirmed"#,
        &concerns
    )
    .fetch_all(tx)
    .await
}

/// Lifts a concern's freeze: safety has confirmed that it is closed. Returns the cases that it froze.
///
/// # Errors
/// The statement failed.
pub async fn lift(tx: &mut PgConnection, concern: ConcernId, at: OffsetDateTime) -> sqlx::Result<Vec<CaseId>> {
    let cases = sqlx::query_scalar!(
        "update case_concern set closed_at = $2 where concern_id = $1 and closed_at is null returning case_id",
        concern.uuid(),
        at
    )
    .fetch_all(tx)
    .await?;
    Ok(cases.into_iter().map(CaseId::new).collect())
}
