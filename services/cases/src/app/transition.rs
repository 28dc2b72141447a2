//! Write of a move of a case, with its event.

use base::{Ids, Result, wire};
use messaging::outbox::{self, Outgoing};
use proto::{
    cases::v1::{self as wire_cases, CaseMoved},
    id::CaseId,
    subject,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use vault::Vault;

use crate::{
    app::contact,
    domain::case::stage::{Stage, Standing},
    store::case::step::{self, Step},
};

/// Event: the case moved to another stage.
#[must_use]
pub fn case_moved(ids: &Ids, case: CaseId, stage: Stage, at: OffsetDateTime) -> Outgoing {
    let message = CaseMoved { case_id: case.to_string(), stage: stage_code(stage).into(), moved_at: Some(wire::timestamp(at)) };
    Outgoing::event(ids, case.uuid(), subject::CASE_MOVED, &message)
}

/// Wire value of a stage.
#[must_use]
pub const fn stage_code(stage: Stage) -> wire_cases::Stage {
    match stage {
        Stage::Assessment => wire_cases::Stage::Assessment,
        Stage::Preparation => wire_cases::Stage::Preparation,
        Stage::Mediation => wire_cases::Stage::Mediation,
        Stage::FollowUp => wire_cases::Stage::FollowUp,
        Stage::Paused => wire_cases::Stage::Paused,
        Stage::Closed => wire_cases::Stage::Closed,
    }
}

/// Actor of a move without a caller: a condition that the case rests on ended.
pub const BY_ITSELF: &str = "service:cases";

/// Dependencies of a move's write.
pub(crate) type Means<'a> = (&'a Vault, &'a Ids);

/// Writes a move and its event; nothing where the case is already at that stage.
#[expect(clippy::too_many_arguments, reason = "a move is these eight things, and a struct would be used once")]
pub(crate) async fn apply(
    tx: &mut PgConnection,
    (vault, ids): Means<'_>,
    case: CaseId,
    from: Standing,
    to: Standing,
    reason: &str,
    by: &str,
    at: OffsetDateTime,
) -> Result<()> {
    if from == to {
        return Ok(());
    }
    step::step(tx, vault, case, Step { id: ids.uuid(), from: Some(from.stage), to, reason, by }, at).await?;
    if from.stage != to.stage {
        outbox::enqueue(tx, &case_moved(ids, case, to.stage, at), at).await?;
        contact::tell(tx, ids, case, at).await?;
    }
    Ok(())
}
