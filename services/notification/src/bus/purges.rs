//! Hears that a case was purged: what was told of it goes with it [LPR4].

use chassis::inbox::{Handler, Incoming, Rejection};
use proto::cases::v1::CasePurged;
use sqlx::PgConnection;
use uuid::Uuid;

use super::facts::malformed;
use crate::app::{
    App,
    purge_notices::{Purged, purge_notices},
};

/// Hears purges.
pub struct Purges {
    pub app: App,
}

impl Handler for Purges {
    type Work = Purged;

    async fn read(&self, message: &Incoming) -> Result<Purged, Rejection> {
        let purged: CasePurged = message.decode()?;
        let glass = |id: &String| {
            Uuid::try_parse(id).map_err(|_| Rejection::Never { reason: "id-malformed", detail: "the id is not a UUID".to_owned() })
        };
        let glasses = purged.glass_ids.iter().map(glass).collect::<Result<_, Rejection>>()?;
        let case = purged.case_id.parse().map_err(malformed)?;
        Ok(Purged { case, referral: purged.referral_id.parse().map_err(malformed)?, glasses })
    }

    async fn apply(&self, tx: &mut PgConnection, work: Purged, _: &Incoming) -> Result<(), Rejection> {
        Ok(purge_notices(tx, &self.app, &work).await?)
    }
}
