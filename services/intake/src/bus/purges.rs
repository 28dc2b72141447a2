//! Hears that a case was purged: what it was opened from goes with it [LPR4].

use chassis::inbox::{Handler, Incoming, Rejection};
use proto::cases::v1::CasePurged;
use sqlx::PgConnection;

use crate::app::{
    Desk,
    purge_referral::{Purged, purge_referral},
};

/// Hears purges.
pub struct Purges(pub Desk);

impl Handler for Purges {
    type Work = Purged;

    async fn read(&self, message: &Incoming) -> Result<Purged, Rejection> {
        let purged: CasePurged = message.decode()?;
        let malformed = || Rejection::Never { reason: "id-malformed", detail: "an id of the purge is not a UUID".to_owned() };
        let case = purged.case_id.parse().map_err(|_| malformed())?;
        Ok(Purged { case, referral: purged.referral_id.parse().map_err(|_| malformed())? })
    }

    async fn apply(&self, tx: &mut PgConnection, work: Purged, _: &Incoming) -> Result<(), Rejection> {
        Ok(purge_referral(tx, &self.0, work).await?)
    }
}
