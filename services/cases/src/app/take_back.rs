//! Use case: stop the open case at once when the RJ Unit's decision no longer accepts the referral [R3a, L26-6].

use chassis::{
    Ids, Result, Vault,
    audit::{self, Act},
};
use proto::id::ReferralId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{KIND, move_case};
use crate::{
    domain::{
        decision::{self, Tie, Verb},
        opening::TakenBack,
        stage,
    },
    store::case_file,
};

/// Pauses the case of the referral, if any, until the referral is accepted again. The reason is not copied: the decision is in intake. A
/// decision older than the one applied changes nothing.
///
/// # Errors
/// The database failed.
pub async fn take_back(tx: &mut PgConnection, (vault, ids): (&Vault, &Ids), decision: TakenBack, at: OffsetDateTime) -> Result<()> {
    let Some(open) = case_file::lock_screening(tx, decision.referral).await? else { return Ok(()) };
    // A purged case is not changed [LPR4].
    if open.purged || decision.screened_at <= open.screened_at {
        return Ok(());
    }
    decision::allowed(Tie::Service, Verb::TakeBack, Some(open.standing.stage))?;
    let to = stage::after_taken_back(open.standing);
    move_case::apply(tx, (vault, ids), open.case, open.standing, to, "", move_case::BY_ITSELF, at).await?;
    case_file::take_back(tx, open.case, decision.screened_at).await?;
    audit::granted(tx, &Act::by(move_case::BY_ITSELF, Verb::TakeBack.permission(), KIND, &open.case.to_string()), at).await?;
    tracing::info!(case.id = %open.case, "the referral is no longer accepted: the case is paused");
    Ok(())
}

/// Records that the referral repeats another one: it is purged with the case of that one [LPR4].
///
/// # Errors
/// The database failed.
pub async fn repeats(tx: &mut PgConnection, means: (&Vault, &Ids), decision: TakenBack, of: ReferralId, at: OffsetDateTime) -> Result<()> {
    case_file::note_duplicate(tx, of, decision.referral, decision.screened_at).await?;
    take_back(tx, means, decision, at).await
}
