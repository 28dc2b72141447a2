//! The table `screening_decision`, and the referral row that follows its latest row.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{
        Disposition, Flags, State,
        screening::{Decision, Latest, Standing},
    },
    error::unknown_code,
};

/// How a referral stands, held against everyone else until the transaction ends; with the number of its latest decision.
///
/// # Errors
/// The statement failed, or a row holds an unknown code.
pub async fn lock(db: &mut PgConnection, id: Uuid) -> chassis::Result<Option<(i32, Standing)>> {
    let row =
        sqlx::query!("select state, flags, decisions from referral where referral_id = $1 for update", id).fetch_optional(&mut *db).await?;
    let Some(row) = row else { return Ok(None) };
    let standing = Standing {
        state: State::from_code(&row.state).ok_or_else(|| unknown_code("referral.state"))?,
        flags: Flags::from_codes(&row.flags),
        // Read after the lock, by a statement of its own: a join would show the decision that stood before the wait.
        latest: latest(db, id, row.decisions).await?,
    };
    Ok(Some((row.decisions, standing)))
}

async fn latest(db: &mut PgConnection, id: Uuid, number: i32) -> chassis::Result<Option<Latest>> {
    let row = sqlx::query!(
        "select disposition, reason, review_on, decided_by from screening_decision where referral_id = $1 and number = $2",
        id,
        number
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let disposition = Disposition::from_code(&row.disposition).ok_or_else(|| unknown_code("screening_decision.disposition"))?;
    let decision = Decision { disposition, reason: row.reason.into(), review_on: row.review_on };
    Ok(Some(Latest { decision, decided_by: row.decided_by }))
}

/// Who made the decision that stands.
///
/// # Errors
/// The statement failed.
pub async fn decided_by(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select decided_by from screening_decision where referral_id = $1 order by number desc limit 1", id)
        .fetch_optional(db)
        .await
}

/// Adds a decision and lets the referral follow it.
///
/// # Errors
/// A statement failed.
pub async fn add(
    db: &mut PgConnection,
    id: Uuid,
    number: i32,
    decision: &Decision,
    state: State,
    officer: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into screening_decision (referral_id, number, disposition, reason, review_on, decided_by, decided_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        number,
        decision.disposition.code(),
        decision.reason.expose(),
        decision.review_on,
        officer,
        at
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update referral set state = $2, decisions = $3, disposition = $4, review_on = $5 where referral_id = $1",
        id,
        state.code(),
        number,
        decision.disposition.code(),
        decision.review_on
    )
    .execute(db)
    .await?;
    Ok(())
}
