//! Consumer of changes of a concern, as far as they stop pending mails.

use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use proto::{
    id::ConcernId,
    safety::v1::{Audience as Wire, ConcernChanged},
};
use sqlx::PgConnection;

use super::rejection::malformed;
use crate::{
    app::{App, concern::settle},
    domain::concern::Audience,
};

/// Consumer of acceptances and closings.
pub struct Concerns {
    pub app: App,
}

/// Concern that one audience, or all of them, has settled; `None` for any other change.
pub type Settled = Option<(ConcernId, Option<Audience>)>;

impl Handler for Concerns {
    type Work = Settled;

    async fn read(&self, message: &Incoming) -> Result<Settled, Rejection> {
        let event: ConcernChanged = message.decode()?;
        let concern = event.concern_id.parse().map_err(malformed)?;
        Ok(match (event.what.as_str(), event.audience()) {
            ("accepted", Wire::Nhq) => Some((concern, Some(Audience::Nhq))),
            ("accepted", Wire::ResponsibleHead) => Some((concern, Some(Audience::ResponsibleHead))),
            ("closed", _) => Some((concern, None)),
            _ => None,
        })
    }

    fn is_needed(&self, settled: &Settled) -> bool {
        settled.is_some()
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, settled: Settled, _message: &Incoming) -> Result<(), Rejection> {
        if let Some((concern, audience)) = settled {
            settle(tx, &self.app, concern, audience).await?;
        }
        Ok(())
    }
}
