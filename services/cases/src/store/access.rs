//! The access list: which officers and which mediator may know of a case, from when, until when [R3c, D-mediator].

use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;

/// A mediator's line in the access list that nobody has ended; it may have run out by itself.
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

/// Gives a mediator the case.
///
/// # Errors
/// The statement failed.
pub async fn assign(
    tx: &mut PgConnection,
    case: CaseId,
    mediator: &str,
    until: Option<OffsetDateTime>,
    by: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into case_access (case_id, subject, role, since, until, granted_by) values ($1, $2, 'mediator', $3, $4, $5)",
        case.uuid(),
        mediator,
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

/// Whether this mediator was ever assigned to the case.
///
/// # Errors
/// The statement failed.
pub async fn was_assigned(tx: &mut PgConnection, case: CaseId, mediator: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from case_access where case_id = $1 and subject = $2 and role = 'mediator') as "was!""#,
        case.uuid(),
        mediator
    )
    .fetch_one(tx)
    .await
}

/// Puts the case into an officer's portfolio; `false` where it stands there already with the same end.
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
    sqlx::query!(
        "insert into case_access (case_id, subject, role, since, until, granted_by) values ($1, $2, 'officer', $3, $4, $5)",
        case.uuid(),
        officer,
        at,
        until,
        by
    )
    .execute(tx)
    .await?;
    Ok(true)
}

/// Takes the case out of an officer's portfolio at once.
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

/// Whether the case was ever in this officer's portfolio.
///
/// # Errors
/// The statement failed.
pub async fn was_in_portfolio(tx: &mut PgConnection, case: CaseId, officer: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from case_access where case_id = $1 and subject = $2 and role = 'officer') as "was!""#,
        case.uuid(),
        officer
    )
    .fetch_one(tx)
    .await
}
