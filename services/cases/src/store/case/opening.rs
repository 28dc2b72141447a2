//! Opening of cases, later screening decisions, and duplicates of their referrals.

use proto::id::{CaseId, ReferralId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{
        case::stage::{Stage, Standing},
        due::{Object, Of},
    },
    store::{case::step::standing, due},
};

/// A case about to open.
#[derive(Debug, Clone)]
pub struct NewCase {
    pub id: CaseId,
    pub number: String,
    pub referral: ReferralId,
    /// Receipt number of the referral, where intake stated it.
    pub referral_number: Option<String>,
    pub indirect_only: bool,
    pub site: Option<String>,
    pub screened_at: OffsetDateTime,
}

/// Inserts a case; `false` where the referral has one already, or the number is taken.
///
/// # Errors
/// The statement failed.
pub async fn open(tx: &mut PgConnection, new: &NewCase, at: OffsetDateTime) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into case_file (id, number, referral_id, referral_number, stage, indirect_only, site, screened_at, opened_at, moved_at)
         values ($1, $2, $3, $9, $4, $5, $6, $7, $8, $8) on conflict do nothing",
        new.id.uuid(),
        new.number,
        new.referral.uuid(),
        Stage::Assessment.code(),
        new.indirect_only,
        new.site,
        new.screened_at,
        at,
        new.referral_number
    )
    .execute(&mut *tx)
    .await?;
    let opened = done.rows_affected() == 1;
    if opened {
        due::set(tx, &Object::schedule(new.id), &Of::Case(new.id), at, None).await?;
    }
    Ok(opened)
}

/// State of a case that a new screening decision needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screening {
    pub case: CaseId,
    pub standing: Standing,
    pub screened_at: OffsetDateTime,
    /// The case was purged: no decision applies to it any more [LPR4].
    pub purged: bool,
}

/// Locks the case of a referral until the transaction ends. For the service itself, never for a caller.
///
/// # Errors
/// The statement failed.
pub async fn lock_screening(tx: &mut PgConnection, referral: ReferralId) -> sqlx::Result<Option<Screening>> {
    let row = sqlx::query!(
        r#"select id, stage, left_stage, mode, described_mode, is_direct(described_mode) as direct, screened_at,
                  purged_at is not null as "purged!"
           from case_file where referral_id = $1 for update"#,
        referral.uuid()
    )
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        Ok(Screening {
            case: CaseId::new(row.id),
            standing: standing(&row.stage, row.left_stage.as_deref(), row.mode.as_deref(), (row.described_mode, row.direct))?,
            screened_at: row.screened_at,
            purged: row.purged,
        })
    })
    .transpose()
}

/// Records a newer screening decision that accepts, on a locked case.
///
/// # Errors
/// The statement failed.
pub async fn accept_again(
    tx: &mut PgConnection,
    case: CaseId,
    indirect_only: bool,
    referral_number: Option<&str>,
    screened_at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update case_file set accepted = true, indirect_only = $2, screened_at = $3, referral_number = coalesce($4, referral_number)
         where id = $1",
        case.uuid(),
        indirect_only,
        screened_at,
        referral_number
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Records a newer screening decision that no longer accepts, on a locked case.
///
/// # Errors
/// The statement failed.
pub async fn take_back(tx: &mut PgConnection, case: CaseId, screened_at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update case_file set accepted = false, screened_at = $2 where id = $1", case.uuid(), screened_at).execute(tx).await?;
    Ok(())
}

/// Records another referral as a duplicate of a case's referral, if that case exists and was not purged.
///
/// # Errors
/// The statement failed.
pub async fn note_duplicate(tx: &mut PgConnection, of: ReferralId, duplicate: ReferralId, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "update case_file set duplicates = duplicates || jsonb_build_object($2::text, $3::timestamptz)
         where referral_id = $1 and purged_at is null and not duplicates ? $2::text",
        of.uuid(),
        duplicate.to_string(),
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Removes a duplicate: an accepted referral has a case of its own.
///
/// # Errors
/// The statement failed.
pub async fn forget_duplicate(tx: &mut PgConnection, referral: ReferralId) -> sqlx::Result<()> {
    sqlx::query!("update case_file set duplicates = duplicates - $1::text where duplicates ? $1::text", referral.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// The referrals that were closed as duplicates of the case's before a moment.
///
/// # Errors
/// The statement failed.
pub async fn duplicates(tx: &mut PgConnection, case: CaseId, before: OffsetDateTime) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select key::uuid as "id!" from case_file, jsonb_each_text(duplicates) where id = $1 and value::timestamptz <= $2 order by 1"#,
        case.uuid(),
        before
    )
    .fetch_all(tx)
    .await
}
