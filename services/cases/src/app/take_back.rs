//! A decision of the RJ Unit that no longer accepts the referral stops the open case at once [R3a, L26-6].

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

/// Pauses the case of the referral, where there is one, and keeps it from going on until the referral is accepted anew. Nothing is
/// said of why: the decision stands in intake. A decision older than the one applied changes nothing.
///
/// # Errors
/// The database failed.
pub async fn take_back(tx: &mut PgConnection, (vault, ids): (&Vault, &Ids), decision: TakenBack, at: OffsetDateTime) -> Result<()> {
    let Some(open) = case_file::lock_screening(tx, decision.referral).await? else { return Ok(()) };
    // Nothing comes back to a case that was purged [LPR4].
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

/// The referral repeats another one: it goes with the case of that one when that is purged [LPR4].
///
/// # Errors
/// The database failed.
pub async fn repeats(tx: &mut PgConnection, means: (&Vault, &Ids), decision: TakenBack, of: ReferralId, at: OffsetDateTime) -> Result<()> {
    case_file::note_duplicate(tx, of, decision.referral, decision.screened_at).await?;
    take_back(tx, means, decision, at).await
}
