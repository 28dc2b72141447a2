//! Consumer of concern facts: each triggers a poll of safety, because a fact alone freezes and releases nothing [RM1].

use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use proto::{
    id::ConcernId,
    safety::v1::{ConcernChanged, ConcernRaised},
    subject,
};
use sqlx::PgConnection;

use crate::app::concern::open_concerns::OpenConcerns;

/// Handler of the consumer `cases-concerns`.
pub struct Concerns {
    pub concerns: OpenConcerns,
}

impl Handler for Concerns {
    type Work = ConcernId;

    async fn read(&self, message: &Incoming) -> Result<ConcernId, Rejection> {
        let concern = match message.subject.as_str() {
            subject::CONCERN_RAISED => message.decode::<ConcernRaised>()?.concern_id,
            subject::CONCERN_CHANGED => message.decode::<ConcernChanged>()?.concern_id,
            _ => return Err(Rejection::Never { reason: "subject-unknown", detail: "this consumer hears concerns only".to_owned() }),
        };
        concern.parse().map_err(|_| Rejection::Never { reason: "concern-id-malformed", detail: "the concern id is not a UUID".to_owned() })
    }

    async fn apply(&self, _: &mut PgConnection, _: &mut Fresh, _: ConcernId, _: &Incoming) -> Result<(), Rejection> {
        self.concerns.wake();
        Ok(())
    }
}
