//! Remembers one fact. The same fact twice, or facts in another order, end in the same rows.

use chassis::Result;
use sqlx::PgConnection;

use crate::{
    domain::fact::Fact,
    store::{cases, concerns, referrals},
};

/// Writes the fact in the transaction it is given.
///
/// # Errors
/// The database does not take it.
pub async fn record_fact(tx: &mut PgConnection, fact: Fact) -> Result<()> {
    match fact {
        Fact::ReferralReceived { referral, origin, site, region, at } => {
            referrals::received(tx, referral, (origin, region), &site, at).await?;
        }
        Fact::ReferralScreened { referral, disposition, at } => referrals::screened(tx, referral, disposition, at).await?,
        Fact::CaseOpened { case, referral, at } => cases::opened(tx, case, referral, at).await?,
        Fact::CaseMoved { case, stage, at } => cases::moved(tx, case, stage, at).await?,
        Fact::ConcernRaised { concern, grade, site, region, at } => {
            concerns::raised(tx, concern, (grade, region), &site, at).await?;
        }
        Fact::ConcernSaidGraver { concern, grade, at } => concerns::said_graver(tx, concern, grade, at).await?,
        Fact::ConcernAccepted { concern, audience, at } => concerns::accepted(tx, concern, audience, at).await?,
        Fact::ConcernClosed { concern, at } => concerns::closed(tx, concern, at).await?,
        Fact::NotCounted => {}
    }
    Ok(())
}
