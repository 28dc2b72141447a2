//! Access list: which officers and which mediator may know of a case, from when, until when [R3c, D-mediator].

use proto::id::{CaseId, ReferralId};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::domain::access::scope::Line;

/// A mediator's line in the access list that was not ended; it may have expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub subject: String,
    pub until: Option<OffsetDateTime>,
}

/// The line of the mediator, unless it was ended.
///
/// # Errors
/// The statement failed.
pub async fn assignment(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Option<Assignment>> {
    sqlx::query_as!(
        Assignment,
        "select subject, until from case_access where case_id = $1 and role = 'mediator' and ended_at is null",
        case.uuid()
    )
    .fetch_optional(tx)
    .await
}

/// Identities of those who work on a case at this moment: its mediator, and the officers in whose portfolio it is.
///
/// # Errors
/// The statement failed.
pub async fn at_work_on(tx: &mut PgConnection, case: CaseId, at: OffsetDateTime) -> sqlx::Result<Vec<String>> {
    let row = sqlx::query!(r#"select mediator_of($1, $2) as mediator, officers_of($1, $2) as "officers!""#, case.uuid(), at)
        .fetch_one(tx)
        .await?;
    Ok(row.mediator.into_iter().chain(row.officers).collect())
}

/// Adds a line for a person to the access list.
///
/// # Errors
/// The statement failed.
pub async fn give(
    tx: &mut PgConnection,
    case: CaseId,
    line: Line,
    somebody: &str,
    until: Option<OffsetDateTime>,
    by: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into case_access (case_id, subject, role, since, until, granted_by) values ($1, $2, $3, $4, $5, $6)",
        case.uuid(),
        somebody,
        line.code(),
        at,
        until,
        by
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Ends the mediator's line at once.
///
/// # Errors
/// The statement failed.
pub async fn end(tx: &mut PgConnection, case: CaseId, by: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "update case_access set ended_at = $2, ended_by = $3 where case_id = $1 and role = 'mediator' and ended_at is null",
        case.uuid(),
        at,
        by
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether the person ever had a line of this kind for the case.
///
/// # Errors
/// The statement failed.
pub async fn was_given(tx: &mut PgConnection, case: CaseId, line: Line, somebody: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from case_access where case_id = $1 and subject = $2 and role = $3) as "was!""#,
        case.uuid(),
        somebody,
        line.code()
    )
    .fetch_one(tx)
    .await
}

/// Adds the case to an officer's portfolio; `false` where it is there already with the same end.
///
/// # Errors
/// A statement failed.
pub async fn assign_officer(
    tx: &mut PgConnection,
    case: CaseId,
    officer: &str,
    until: Option<OffsetDateTime>,
    by: &str,
    at: OffsetDateTime,
) -> sqlx::Result<bool> {
    let same = sqlx::query_scalar!(
        r#"select exists (select from case_access where case_id = $1 and subject = $2 and role = 'officer' and ended_at is null
                          and until is not distinct from $3) as "same!""#,
        case.uuid(),
        officer,
        until
    )
    .fetch_one(&mut *tx)
    .await?;
    if same {
        return Ok(false);
    }
    end_officer(tx, case, officer, by, at).await?;
    give(tx, case, Line::Officer, officer, until, by, at).await?;
    Ok(true)
}

/// Removes the case from an officer's portfolio at once.
///
/// # Errors
/// The statement failed.
pub async fn end_officer(tx: &mut PgConnection, case: CaseId, officer: &str, by: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "update case_access set ended_at = $3, ended_by = $4
         where case_id = $1 and subject = $2 and role = 'officer' and ended_at is null",
        case.uuid(),
        officer,
        at,
        by
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// An officer who is tied to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tied {
    pub subject: String,
    /// By break-glass.
    pub reads_only: bool,
    pub until: Option<OffsetDateTime>,
}

/// Officers with a tie to a case that is live now or begins later.
///
/// # Errors
/// The statement failed.
pub async fn ties(tx: &mut PgConnection, case: CaseId, at: OffsetDateTime) -> sqlx::Result<Vec<Tied>> {
    sqlx::query_as!(
        Tied,
        r#"select subject, role = 'break-glass' as "reads_only!", until from case_access
           where case_id = $1 and role in ('officer', 'break-glass') and ended_at is null and (until is null or until > $2)
           order by position"#,
        case.uuid(),
        at
    )
    .fetch_all(tx)
    .await
}

/// The referral of a case, and the count of ties begun and ended: it only grows, whatever the clock does.
///
/// # Errors
/// The statement failed.
pub async fn revision(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<Option<(ReferralId, i64)>> {
    let row = sqlx::query!(
        r#"select referral_id, (select count(*) + count(ended_at) from case_access where case_id = id) as "revision!"
           from case_file where id = $1"#,
        case.uuid()
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| (ReferralId::new(row.referral_id), row.revision)))
}
