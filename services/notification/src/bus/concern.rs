//! Consumer of changes of a concern, as far as they stop pending mails.

use messaging::{
    inbox::{Handler, Incoming, ReadMessage, Rejection},
    outbox::Fresh,
};
use proto::safety::v1::{Audience as WireAudience, ConcernChanged};
use sqlx::PgConnection;

use super::rejection::malformed;
use crate::{
    app::{App, concern::settle},
    domain::concern::{Audience, Settlement},
};

/// Consumer of acceptances and closings.
pub struct Concerns {
    pub app: App,
}

impl Handler for Concerns {
    /// `None`: any other change.
    type Work = Option<Settlement>;

    const ONLY_FRESH: bool = true;
    const MAX_TOGETHER: usize = 256;

    async fn read(&self, message: &Incoming) -> Result<Option<Settlement>, Rejection> {
        let event: ConcernChanged = message.decode()?;
        let concern = event.concern_id.parse().map_err(malformed)?;
        let audience = match (event.what.as_str(), event.audience()) {
            ("accepted", WireAudience::Nhq) => Some(Audience::Nhq),
            ("accepted", WireAudience::ResponsibleHead) => Some(Audience::ResponsibleHead),
            ("closed", _) => None,
            _ => return Ok(None),
        };
        Ok(Some(Settlement { concern, audience }))
    }

    fn is_needed(&self, settled: &Option<Settlement>) -> bool {
        settled.is_some()
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, settled: Option<Settlement>, _: &Incoming) -> Result<(), Rejection> {
        Ok(settle(tx, &self.app, settled.as_slice()).await?)
    }

    async fn apply_set(
        &self,
        tx: &mut PgConnection,
        _: &mut Fresh,
        set: Vec<ReadMessage<'_, Option<Settlement>>>,
    ) -> Result<(), Rejection> {
        let settled: Vec<Settlement> = set.into_iter().filter_map(|message| message.work).collect();
        Ok(settle(tx, &self.app, &settled).await?)
    }
}
