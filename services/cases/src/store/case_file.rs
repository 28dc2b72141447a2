//! Case files: lookup through need to know, opening, moves and screening decisions.

use chassis::Vault;
use proto::id::{CaseId, ReferralId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{known, mode, sealed};
use crate::domain::{
    access::{CaseRef, Line, Scope},
    decision::Tie,
    mode::Mode,
    stage::{Stage, Standing},
};

/// A case as a caller who may know of it sees it at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFile {
    pub id: CaseId,
    pub number: String,
    pub referral: ReferralId,
    pub standing: Standing,
    /// The newest decision of the RJ Unit accepts the referral.
    pub accepted: bool,
    pub indirect_only: bool,
    pub site: Option<String>,
    /// The mediator whose assignment is live.
    pub mediator: Option<String>,
    /// The officers in whose portfolio the case is, in the order of assignment.
    pub officers: Vec<String>,
    /// What ties the caller to it.
    pub tie: Tie,
    /// A concern of the case is open [RM1].
    pub contact_frozen: bool,
    pub opened_at: OffsetDateTime,
}

struct Row {
    id: Uuid,
    number: String,
    referral_id: Uuid,
    stage: String,
    left_stage: Option<String>,
    mode: Option<String>,
    described_mode: Option<Uuid>,
    direct: Option<bool>,
    accepted: bool,
    indirect_only: bool,
    site: Option<String>,
    mediator: Option<String>,
    officers: Vec<String>,
    line: Option<String>,
    contact_frozen: bool,
    opened_at: OffsetDateTime,
}

impl TryFrom<Row> for CaseFile {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: CaseId::new(row.id),
            number: row.number,
            referral: ReferralId::new(row.referral_id),
            standing: standing(&row.stage, row.left_stage.as_deref(), row.mode.as_deref(), (row.described_mode, row.direct))?,
            accepted: row.accepted,
            indirect_only: row.indirect_only,
            site: row.site,
            mediator: row.mediator,
            officers: row.officers,
            // The statement finds a case by a line of the access list, or for a scope that covers every case and needs none.
            tie: row.line.map_or(Ok(Tie::Unit), |code| known("role", Line::of_code(&code)).map(Tie::Line))?,
            contact_frozen: row.contact_frozen,
            opened_at: row.opened_at,
        })
    }
}

/// Stage of a case; its mode with which described one it is, and whether that is direct.
pub(super) fn standing(
    stage: &str,
    left: Option<&str>,
    code: Option<&str>,
    (described, direct): (Option<Uuid>, Option<bool>),
) -> sqlx::Result<Standing> {
    Ok(Standing {
        stage: known("stage", Stage::of_code(stage))?,
        left: left.map(|code| known("left_stage", Stage::of_code(code))).transpose()?,
        mode: code.map(|code| mode(code, described, direct)).transpose()?,
    })
}

/// The case, if the caller may know of it at this moment. The only path from a caller to a case: a hidden case is absent [R3c].
///
/// # Errors
/// The statement failed.
pub async fn visible(tx: &mut PgConnection, scope: &Scope, case_ref: &CaseRef, at: OffsetDateTime) -> sqlx::Result<Option<CaseFile>> {
    let (id, number, referral) = match case_ref {
        CaseRef::Id(id) => (Some(id.uuid()), None, None),
        CaseRef::Number(number) => (None, Some(number.as_str()), None),
        CaseRef::Referral(referral) => (None, None, Some(referral.uuid())),
    };
    sqlx::query_as!(
        Row,
        r#"select id, number, referral_id, stage, left_stage, mode, described_mode, is_direct(described_mode) as direct, accepted, indirect_only, site, opened_at,
                  mediator_of(id, $6) as mediator, officers_of(id, $6) as "officers!", line_of(id, $5, $7, $6) as line,
                  exists (select from case_concern where case_id = case_file.id and closed_at is null) as "contact_frozen!"
           from case_file
           where (id = $1 or number = $2 or referral_id = $3) and purged_at is null and may_know_of(id, $4, $5, $6)
             and ($4 or line_of(id, $5, $7, $6) is not null)"#,
        id,
        number,
        referral,
        scope.is_unit(),
        scope.subject(),
        at,
        &scope.kinds()
    )
    .fetch_optional(tx)
    .await?
    .map(CaseFile::try_from)
    .transpose()
}

/// The cases the caller may know of at this moment, oldest first, after a position. Others are not counted [R3c, TRAP-6].
///
/// # Errors
/// The statement failed.
pub async fn visible_list(
    tx: &mut PgConnection,
    scope: &Scope,
    without_officer: bool,
    after: Option<(OffsetDateTime, Uuid)>,
    limit: i64,
    at: OffsetDateTime,
) -> sqlx::Result<Vec<CaseFile>> {
    let (after_at, after_id) = after.unzip();
    sqlx::query_as!(
        Row,
        r#"select id, number, referral_id, stage, left_stage, mode, described_mode, is_direct(described_mode) as direct, accepted, indirect_only, site, opened_at,
                  mediator_of(id, $3) as mediator, officers_of(id, $3) as "officers!", line_of(id, $2, $7, $3) as line,
                  exists (select from case_concern where case_id = case_file.id and closed_at is null) as "contact_frozen!"
           from case_file
           where purged_at is null and may_know_of(id, $1, $2, $3) and ($1 or line_of(id, $2, $7, $3) is not null)
             and (not $8 or officers_of(id, $3) = '{}')
             and ($4::timestamptz is null or (opened_at, id) > ($4, $5::uuid))
           order by opened_at, id
           limit $6"#,
        scope.is_unit(),
        scope.subject(),
        at,
        after_at,
        after_id,
        limit,
        &scope.kinds(),
        without_officer
    )
    .fetch_all(tx)
    .await?
    .into_iter()
    .map(CaseFile::try_from)
    .collect()
}

/// The case behind an id or a number, for any caller. For break-glass alone: the only path that bypasses need to know.
///
/// # Errors
/// The statement failed.
pub async fn behind_glass(tx: &mut PgConnection, case_ref: &CaseRef) -> sqlx::Result<Option<CaseId>> {
    let (id, number) = match case_ref {
        CaseRef::Id(id) => (Some(id.uuid()), None),
        CaseRef::Number(number) => (None, Some(number.as_str())),
        CaseRef::Referral(_) => (None, None),
    };
    let found = sqlx::query_scalar!("select id from case_file where (id = $1 or number = $2) and purged_at is null", id, number)
        .fetch_optional(tx)
        .await?;
    Ok(found.map(CaseId::new))
}

/// Locks a case until the transaction ends: changes to one case are serialised.
///
/// # Errors
/// The statement failed.
pub async fn lock(tx: &mut PgConnection, case: CaseId) -> sqlx::Result<()> {
    sqlx::query!("select id from case_file where id = $1 for update", case.uuid()).fetch_optional(tx).await?;
    Ok(())
}

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
        "insert into case_file (id, number, referral_id, referral_number, stage, indirect_only, site, screened_at, opened_at)
         values ($1, $2, $3, $9, $4, $5, $6, $7, $8) on conflict do nothing",
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
    Ok(done.rows_affected() == 1)
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

/// One move of a case, as recorded.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Id of the move.
    pub id: Uuid,
    pub from: Option<Stage>,
    pub to: Standing,
    pub reason: &'a str,
    pub by: &'a str,
}

/// Moves a case, and adds the move to its record.
///
/// # Errors
/// A statement failed, or the vault cannot seal a reason.
pub async fn step(tx: &mut PgConnection, vault: &Vault, case: CaseId, step: Step<'_>, at: OffsetDateTime) -> sqlx::Result<()> {
    // A consent ends whether a key is available or not: its move has no secret reason [IM1c].
    let reason = match step.reason {
        "" => None,
        reason => Some(vault.seal(tx, sealed::owner(case.uuid(), None), sealed::reason(step.id), reason.as_bytes(), at).await?),
    };
    let described = step.to.mode.and_then(Mode::described).map(|described| described.id);
    sqlx::query!(
        "update case_file set stage = $2, left_stage = $3, mode = $4, described_mode = $5 where id = $1",
        case.uuid(),
        step.to.stage.code(),
        step.to.left.map(Stage::code),
        step.to.mode.map(Mode::code),
        described
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into case_move (id, case_id, from_stage, to_stage, mode, reason, reason_sealed, moved_by, moved_at, described_mode)
         values ($1, $2, $3, $4, $5, '', $6, $7, $8, $9)",
        step.id,
        case.uuid(),
        step.from.map(Stage::code),
        step.to.stage.code(),
        step.to.mode.map(Mode::code),
        reason,
        step.by,
        at,
        described
    )
    .execute(tx)
    .await?;
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
