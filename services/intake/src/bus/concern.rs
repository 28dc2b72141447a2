//! Consumer of concern facts: a concern that safety has need not be resent.

use base::Clock;
use messaging::{
    inbox::{Handler, Incoming, ReadMessage, Rejection},
    outbox::{self, Fresh},
};
use proto::{
    id::ConcernId,
    safety::v1::{ConcernChanged, ConcernRaised},
    subject,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// Handler of concern facts; those of other services are ignored.
pub struct Concerns(pub Clock);

impl Handler for Concerns {
    type Work = ConcernId;
    const ONLY_FRESH: bool = true;

    async fn read(&self, message: &Incoming) -> Result<ConcernId, Rejection> {
        let id = match message.subject.as_str() {
            subject::CONCERN_RAISED => message.decode::<ConcernRaised>()?.concern_id,
            _ => message.decode::<ConcernChanged>()?.concern_id,
        };
        id.parse().map_err(|_| Rejection::Never { reason: "concern-id-malformed", detail: "the concern id is not a UUID".to_owned() })
    }

    const IDEMPOTENT: bool = true;

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, concern: ConcernId, _: &Incoming) -> Result<(), Rejection> {
        outbox::confirm_aggregates(tx, &[concern.uuid()], self.0.now()).await?;
        Ok(())
    }

    async fn apply_set(&self, db: &mut PgConnection, _: &mut Fresh, set: Vec<ReadMessage<'_, ConcernId>>) -> Result<(), Rejection> {
        let concerns: Vec<Uuid> = set.into_iter().map(|message| message.work.uuid()).collect();
        outbox::confirm_aggregates(db, &concerns, self.0.now()).await?;
        Ok(())
    }
}
