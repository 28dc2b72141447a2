//! Entries as the gate and the check of what changed see them: who, where and when, without a name [R2a].

use proto::id::{CaseId, ParticipantId};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::{
    domain::{
        entry::{Purpose, machine::State},
        gate::admission::{Admitted, Clearance},
    },
    store::decode::known,
};

/// An entry that was asked for or approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub id: Uuid,
    pub purpose: Purpose,
    pub site: String,
    pub starts_at: OffsetDateTime,
    pub ends_at: OffsetDateTime,
    pub state: State,
    pub asked_by: String,
    pub mediator_not_engaged: bool,
    pub accepted: Vec<Uuid>,
    pub people: Vec<ParticipantId>,
    pub offender_enters: bool,
    /// Somebody who would enter has left the case, or withdrawn.
    pub somebody_left: bool,
}

/// The open entries of a case.
///
/// # Errors
/// The statement failed.
pub async fn open(tx: &mut PgConnection, case: CaseId, at: OffsetDateTime) -> sqlx::Result<Vec<Open>> {
    let rows = sqlx::query!(
        r#"select e.id, purpose, site, starts_at, ends_at, state, asked_by, accepted,
                  mediator is not null and not is_engaged(mediator, $2) as "mediator_not_engaged!",
                  array(select p.participant_id from entry_person p where p.entry_id = e.id order by p.position) as "people!",
                  exists (select from entry_person p join participant w on w.id = p.participant_id
                          where p.entry_id = e.id and w.kind = 'offender') as "offender_enters!",
                  exists (select from entry_person p join leaving l on l.participant_id = p.participant_id
                          where p.entry_id = e.id) as "somebody_left!"
           from entry e where e.case_id = $1 and e.state in ('asked', 'approved') order by e.position"#,
        case.uuid(),
        at
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Open {
                id: row.id,
                purpose: known("purpose", &row.purpose)?,
                site: row.site,
                starts_at: row.starts_at,
                ends_at: row.ends_at,
                state: known("state", &row.state)?,
                asked_by: row.asked_by,
                mediator_not_engaged: row.mediator_not_engaged,
                accepted: row.accepted,
                people: row.people.into_iter().map(ParticipantId::new).collect(),
                offender_enters: row.offender_enters,
                somebody_left: row.somebody_left,
            })
        })
        .collect()
}

/// Where the offender of a case is, as the file has it.
///
/// # Errors
/// The statement failed.
pub async fn person_at(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Option<String>> {
    Ok(sqlx::query_scalar!("select site from case_file where id = $1", case.uuid()).fetch_optional(tx).await?.flatten())
}

/// Conditions of a case that forbid contact on this day.
///
/// # Errors
/// The statement failed.
pub async fn forbidding(tx: &mut PgConnection, case: CaseId, today: Date) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from condition
         where case_id = $1 and state in ('recorded', 'advised') and not has_exception_words
           and (since is null or since <= $2) and (until is null or until + 1 >= $2) order by id",
        case.uuid(),
        today
    )
    .fetch_all(tx)
    .await
}

/// The approved entries of a case, for the gate.
///
/// # Errors
/// The statement failed.
pub async fn admitted(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Vec<Admitted>> {
    let rows = sqlx::query!(
        r#"select site, starts_at, ends_at, mediator,
                  array(select p.participant_id from entry_person p where p.entry_id = e.id) as "people!",
                  exists (select from entry_hold h where h.entry_id = e.id and h.cleared_at is null) as "on_hold!"
           from entry e where e.case_id = $1 and e.state in ('approved', 'used') and e.purpose = 'mediation'"#,
        case.uuid()
    )
    .fetch_all(tx)
    .await?;
    let admitted = rows.into_iter().map(|row| Admitted {
        site: row.site,
        from: row.starts_at,
        until: row.ends_at,
        people: row.people.into_iter().map(ParticipantId::new).collect(),
        mediator: row.mediator,
        on_hold: row.on_hold,
    });
    Ok(admitted.collect())
}

/// The standing clearances for a site, whatever the case.
///
/// # Errors
/// The statement failed.
pub async fn clearances(tx: &mut PgConnection, site: &str) -> sqlx::Result<Vec<Clearance>> {
    sqlx::query_as!(Clearance, r#"select mediator as "mediator!", starts_at as "from!", ends_at as "until!" from clearances_at($1)"#, site)
        .fetch_all(tx)
        .await
}

/// An entry whose time has passed, or that is on hold when its time has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapsing {
    pub id: Uuid,
    pub case: CaseId,
}

/// Entries that lapse now, those that lapsed first first. For the service itself.
///
/// # Errors
/// The statement failed.
pub async fn lapsing(tx: &mut PgConnection, at: OffsetDateTime, limit: i64) -> sqlx::Result<Vec<Lapsing>> {
    let rows = sqlx::query!(
        "select e.id, e.case_id from entry e
         where e.state in ('asked', 'approved')
           and (e.ends_at <= $1
                or e.purpose <> 'clearance' and e.starts_at <= $1
                   and exists (select from entry_hold h where h.entry_id = e.id and h.cleared_at is null))
         order by e.ends_at limit $2",
        at,
        limit
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| Lapsing { id: row.id, case: CaseId::new(row.case_id) }).collect())
}

/// Cases with an open entry, after the one given, in the order of their ids.
///
/// # Errors
/// The statement failed.
pub async fn cases_with_open(tx: &mut PgConnection, after: Uuid, limit: i64) -> sqlx::Result<Vec<CaseId>> {
    let ids = sqlx::query_scalar!(
        "select distinct case_id from entry where state in ('asked', 'approved') and case_id > $1 order by case_id limit $2",
        after,
        limit
    )
    .fetch_all(tx)
    .await?;
    Ok(ids.into_iter().map(CaseId::new).collect())
}
