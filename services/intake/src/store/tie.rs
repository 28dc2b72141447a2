//! Table `tied_case`: the case of an accepted referral, and which officers are tied to it.

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::tie::Ties;

/// Stores published ties; `false` where they are older than the stored ones, or there is no such referral.
///
/// # Errors
/// The statement failed.
pub async fn keep(db: &mut PgConnection, ties: &Ties) -> sqlx::Result<bool> {
    let (officers, officers_until): (Vec<String>, Vec<Option<OffsetDateTime>>) = ties.officers.iter().cloned().unzip();
    let (readers, readers_until): (Vec<String>, Vec<Option<OffsetDateTime>>) = ties.readers.iter().cloned().unzip();
    let done = sqlx::query!(
        "insert into tied_case (referral_id, case_id, revision, told_at, officers, officers_until, readers, readers_until)
         select referral_id, $2, $3, $4, $5, $6, $7, $8 from referral where referral_id = $1 and purged_at is null
         on conflict (referral_id) do update
         set case_id = excluded.case_id, revision = excluded.revision, told_at = excluded.told_at, officers = excluded.officers,
             officers_until = excluded.officers_until, readers = excluded.readers, readers_until = excluded.readers_until
         where excluded.revision >= tied_case.revision or excluded.told_at > tied_case.told_at",
        ties.referral.uuid(),
        ties.case.uuid(),
        ties.revision,
        ties.told_at,
        &officers,
        &officers_until as &[Option<OffsetDateTime>],
        &readers,
        &readers_until as &[Option<OffsetDateTime>]
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Records the first acceptance, and ties its officer until cases publishes the ties; published ties stand.
///
/// # Errors
/// A statement failed.
pub async fn begin(db: &mut PgConnection, referral: Uuid, officer: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update referral set accepted_at = coalesce(accepted_at, $2) where referral_id = $1", referral, at)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "insert into tied_case (referral_id, revision, told_at, officers, officers_until, readers, readers_until)
         values ($1, -1, $3, array[$2::text], array[null::timestamptz], '{}', '{}') on conflict do nothing",
        referral,
        officer,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}
