//! Table `screening_decision`, and the referral row that follows its latest row.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::Vault;

use crate::{
    domain::{
        Disposition, Flags, State,
        queue::{Decision, Latest, Standing},
    },
    error::unknown_code,
    store::sealed,
};

/// State of a referral with the number of its latest decision; the row is locked until the transaction ends. An accepted one is absent for
/// an `officer` who does not have its case in their portfolio.
///
/// # Errors
/// The statement failed, or a row holds an unknown code.
pub async fn lock(db: &mut PgConnection, vault: &Vault, id: Uuid, officer: Option<&str>) -> base::Result<Option<(i32, Standing)>> {
    let row = sqlx::query!(
        "select state, flags, decisions, told_at from referral
         where referral_id = $1 and purged_at is null
           and ($2::text is null or accepted_at is null or is_tied(referral_id, $2, acting_at(), true))
         for update",
        id,
        officer
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let standing = Standing {
        state: State::from_code(&row.state).ok_or_else(|| unknown_code("referral.state"))?,
        flags: Flags::from_codes(&row.flags),
        // Read after the lock, by a separate statement: a join would show the decision from before the wait.
        latest: latest(db, vault, id, row.decisions).await?,
        told_at: row.told_at,
    };
    Ok(Some((row.decisions, standing)))
}

async fn latest(db: &mut PgConnection, vault: &Vault, id: Uuid, number: i32) -> base::Result<Option<Latest>> {
    let row = sqlx::query!(
        "select disposition, reason, reason_sealed, review_on, decided_by, decided_at from screening_decision where referral_id = $1 and number = $2",
        id,
        number
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let values: Vec<&[u8]> = row.reason_sealed.as_deref().into_iter().collect();
    let keys = vault.keys_of(db, &values).await?;
    // A reason that cannot be opened matches no repetition: the decision is added.
    let reason = keys.text(sealed::reason(id, number), row.reason_sealed.as_deref(), Some(row.reason)).unwrap_or_default();
    let disposition = Disposition::from_code(&row.disposition).ok_or_else(|| unknown_code("screening_decision.disposition"))?;
    let decision = Decision { disposition, reason, review_on: row.review_on };
    Ok(Some(Latest { decision, decided_by: row.decided_by, decided_at: row.decided_at }))
}

/// The officer who made the decision at this time, or the current one.
///
/// # Errors
/// The statement failed.
pub async fn decided_by(db: &mut PgConnection, id: Uuid, at: Option<OffsetDateTime>) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select decided_by from screening_decision where referral_id = $1 and ($2::timestamptz is null or decided_at <= $2)
         order by number desc limit 1",
        id,
        at
    )
    .fetch_optional(db)
    .await
}

/// Adds a decision and updates the referral accordingly.
///
/// # Errors
/// A statement failed.
pub async fn add(
    db: &mut PgConnection,
    vault: &Vault,
    (id, number): (Uuid, i32),
    decision: &Decision,
    state: State,
    (officer, role): (&str, &str),
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let sealed = vault.seal(db, sealed::referral(id), sealed::reason(id, number), decision.reason.expose().as_bytes(), at).await?;
    sqlx::query!(
        "insert into screening_decision (referral_id, number, disposition, reason, reason_sealed, review_on, decided_by, decided_at, decided_as)
         values ($1, $2, $3, '', $4, $5, $6, $7, nullif($8, ''))",
        id,
        number,
        decision.disposition.code(),
        sealed,
        decision.review_on,
        officer,
        at,
        role
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update referral set state = $2, decisions = $3, disposition = $4, review_on = $5,
                             flags = array_remove(flags, 'corrected-after-decision'), told_at = $6
         where referral_id = $1",
        id,
        state.code(),
        number,
        decision.disposition.code(),
        decision.review_on,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}
