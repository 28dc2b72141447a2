//! Use case: stop the open case at once when the RJ Unit's decision no longer accepts the referral [R3a, L26-6].

use audit_log::Act;
use base::{Ids, Result};
use proto::id::ReferralId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use vault::Vault;

use crate::{
    app::{access::need_to_know::KIND, protocol::follow, transition},
    domain::{
        access::decision::{self, Tie, Verb},
        case::opening::TakenBack,
        gate::conditions,
    },
    store::case::opening,
};

/// Pauses the case of the referral, if any, until the referral is accepted again. The reason is not copied: the decision is in intake. A
/// decision older than the one applied changes nothing.
///
/// # Errors
/// The database failed.
pub async fn take_back(tx: &mut PgConnection, (vault, ids): (&Vault, &Ids), decision: TakenBack, at: OffsetDateTime) -> Result<()> {
    let Some(open) = opening::lock_screening(tx, decision.referral).await? else { return Ok(()) };
    // A purged case is not changed [LPR4].
    if open.purged || decision.screened_at <= open.screened_at {
        return Ok(());
    }
    decision::allowed(Tie::Service, Verb::TakeBack, Some(open.standing.stage))?;
    let to = conditions::after_taken_back(open.standing);
    transition::apply(tx, (vault, ids), open.case, open.standing, to, "", transition::BY_ITSELF, at).await?;
    opening::take_back(tx, open.case, decision.screened_at).await?;
    audit_log::granted(tx, &Act::by(transition::BY_ITSELF, Verb::TakeBack.permission(), KIND, &open.case.to_string()), at).await?;
    follow::record_own(tx, transition::BY_ITSELF, Verb::TakeBack, open.case, at).await?;
    tracing::info!(case.id = %open.case, "the referral is no longer accepted: the case is paused");
    Ok(())
}

/// Records that the referral repeats another one: it is purged with the case of that one [LPR4].
///
/// # Errors
/// The database failed.
pub async fn repeats(tx: &mut PgConnection, means: (&Vault, &Ids), decision: TakenBack, of: ReferralId, at: OffsetDateTime) -> Result<()> {
    opening::note_duplicate(tx, of, decision.referral, decision.screened_at).await?;
    take_back(tx, means, decision, at).await
}
