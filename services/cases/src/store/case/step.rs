//! Position of a case, and the record of its moves.

use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::{
        case::stage::{Stage, Standing},
        mode::Mode,
    },
    store::{decode::known, due, mode, sealed},
};

/// Stage of a case; its mode with which described one it is, and whether that is direct.
pub(crate) fn standing(
    stage: &str,
    left: Option<&str>,
    code: Option<&str>,
    (described, direct): (Option<Uuid>, Option<bool>),
) -> sqlx::Result<Standing> {
    Ok(Standing {
        stage: known("stage", stage)?,
        left: left.map(|code| known("left_stage", code)).transpose()?,
        mode: code.map(|code| mode::of_row(code, described, direct)).transpose()?,
    })
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
        reason => Some(vault.seal(tx, sealed::owner(case.uuid(), None), reason_place(step.id), reason.as_bytes(), at).await?),
    };
    let described = step.to.mode.and_then(Mode::described).map(|described| described.id);
    sqlx::query!(
        "update case_file set stage = $2, left_stage = $3, mode = $4, described_mode = $5, moved_at = $6 where id = $1",
        case.uuid(),
        step.to.stage.code(),
        step.to.left.map(Stage::code),
        step.to.mode.map(Mode::code),
        described,
        at
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
    .execute(&mut *tx)
    .await?;
    if step.to.stage == Stage::Closed || step.from == Some(Stage::Closed) {
        due::sleep(tx, case, step.to.stage == Stage::Closed).await?;
    }
    Ok(())
}

/// Place of the reason of a move.
pub(crate) const fn reason_place(id: Uuid) -> Place {
    Place::new("case_move", "reason", id)
}
