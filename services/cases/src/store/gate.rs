//! Cases as the gate checks them in the background: locked one by one, for the service itself.

use proto::id::CaseId;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};

use crate::{
    domain::case::stage::Standing,
    store::case::{file::CaseFile, step::standing},
};

/// Facts of a case that decide whether it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    pub id: CaseId,
    pub standing: Standing,
    /// The newest decision of the RJ Unit accepts the referral.
    pub accepted: bool,
    pub indirect_only: bool,
    /// The mediator whose assignment is live.
    pub mediator: Option<String>,
    /// A concern of the case is open [RM1].
    pub contact_frozen: bool,
}

impl Ground {
    /// The ground of a case that a caller has found and locked.
    #[must_use]
    pub fn of(file: &CaseFile) -> Self {
        Self {
            id: file.id,
            standing: file.standing,
            accepted: file.accepted,
            indirect_only: file.indirect_only,
            mediator: file.mediator.clone(),
            contact_frozen: file.contact_frozen,
        }
    }
}

/// Locks the case until the transaction ends; `None` where it was purged.
///
/// # Errors
/// The statement failed.
pub async fn lock(tx: &mut PgConnection, case: CaseId, at: OffsetDateTime) -> sqlx::Result<Option<Ground>> {
    // Locked first: a statement that waits for the row would show the state of other tables before the wait.
    crate::store::case::file::lock(tx, case).await?;
    let row = sqlx::query!(
        r#"select stage, left_stage, mode, described_mode, is_direct(described_mode) as direct, accepted, indirect_only, mediator_of(id, $2) as mediator,
                  exists (select from case_concern where case_id = case_file.id and closed_at is null) as "contact_frozen!"
           from case_file where id = $1 and purged_at is null"#,
        case.uuid(),
        at
    )
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        Ok(Ground {
            id: case,
            standing: standing(&row.stage, row.left_stage.as_deref(), row.mode.as_deref(), (row.described_mode, row.direct))?,
            accepted: row.accepted,
            indirect_only: row.indirect_only,
            mediator: row.mediator,
            contact_frozen: row.contact_frozen,
        })
    })
    .transpose()
}

/// Cases in mediation that may have lost a condition; which of them have is decided elsewhere. `mediators` are the roles of which a
/// mediator holds one, `given_before` the day before which a consent without an end of its own is over.
///
/// # Errors
/// The statement failed.
pub async fn doubtful(
    tx: &mut PgConnection,
    mediators: &[&str],
    given_before: Date,
    at: OffsetDateTime,
    limit: i64,
) -> sqlx::Result<Vec<CaseId>> {
    let mediators: Vec<String> = mediators.iter().map(|role| (*role).to_owned()).collect();
    let ids = sqlx::query_scalar!(
        r#"select id from case_file f
           where stage = 'mediation' and purged_at is null
             and (not accepted
                  or mode = 'other' and described_mode is null
                  or not coalesce(someone_holds(mediator_of(id, $1), $2, $1), false)
                  or exists (select from mediator_conflict m
                             where m.subject = mediator_of(f.id, $1) and m.lifted_at is null and (m.site = f.site or m.case_id = f.id))
                  or exists (select from case_concern where case_id = f.id and closed_at is null)
                  or condition_forbids(f.id, $3) or conditions_not_answered(f.id)
                  or exists (select from consent_record c
                             where c.case_id = f.id and c.mode = f.mode and c.described_mode is not distinct from f.described_mode
                               and c.status = 'given'
                               and not exists (select from leaving where participant_id = c.participant_id)
                               and (c.ends_on < $3 or c.ends_on is null and (c.recorded_at at time zone 'UTC')::date < $4)))
           order by id limit $5"#,
        at,
        &mediators,
        at.date(),
        given_before,
        limit
    )
    .fetch_all(tx)
    .await?;
    Ok(ids.into_iter().map(CaseId::new).collect())
}

/// What the registry says of whoever has the assignment of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mediator {
    pub engaged: bool,
    /// A conflict with the site of the case, or with somebody who takes part in it.
    pub in_conflict: bool,
    /// Modules that count.
    pub trained: Vec<String>,
}

/// The same; `None` where nobody has an assignment.
///
/// # Errors
/// The statement failed.
pub async fn mediator(tx: &mut PgConnection, case: CaseId, at: OffsetDateTime) -> sqlx::Result<Option<Mediator>> {
    sqlx::query_as!(
        Mediator,
        r#"select is_engaged(a.subject, $2) as "engaged!",
                  exists (select from mediator_conflict m
                          where m.subject = a.subject and m.lifted_at is null
                            and (m.site = f.site
                                 or m.case_id = f.id and not exists (select from leaving where participant_id = m.participant_id))) as "in_conflict!",
                  array(select module
                        from (select distinct on (module) module, expires_on from mediator_training
                              where subject = a.subject order by module, completed_on desc, position desc) latest
                        where expires_on is null or expires_on >= $3) as "trained!"
           from case_access a join case_file f on f.id = a.case_id
           where a.case_id = $1 and a.role = 'mediator' and a.ended_at is null and a.since <= $2 and (a.until is null or a.until > $2)"#,
        case.uuid(),
        at,
        at.date()
    )
    .fetch_optional(tx)
    .await
}
