//! Consumer of concern facts: one that can change what is open triggers a poll of safety; a fact alone freezes and releases nothing [RM1].

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

/// Changes of a concern that say only how far its alarm has come: it is as open as before, and names what it named.
const OF_THE_ALARM_ALONE: [&str; 2] = ["rung", "delivered"];

/// Handler of the consumer `cases-concerns`.
pub struct Concerns {
    pub concerns: OpenConcerns,
}

impl Handler for Concerns {
    type Work = ();

    async fn read(&self, message: &Incoming) -> Result<(), Rejection> {
        let (concern, matters) = match message.subject.as_str() {
            subject::CONCERN_RAISED => (message.decode::<ConcernRaised>()?.concern_id, true),
            subject::CONCERN_CHANGED => {
                let changed = message.decode::<ConcernChanged>()?;
                (changed.concern_id, !OF_THE_ALARM_ALONE.contains(&changed.what.as_str()))
            }
            _ => return Err(Rejection::Never { reason: "subject-unknown", detail: "this consumer hears concerns only".to_owned() }),
        };
        let malformed = |_| Rejection::Never { reason: "concern-id-malformed", detail: "the concern id is not a UUID".to_owned() };
        concern.parse::<ConcernId>().map_err(malformed)?;
        if matters {
            self.concerns.wake();
        }
        Ok(())
    }

    /// A fact has no effect of its own.
    fn is_needed(&self, (): &()) -> bool {
        false
    }

    async fn apply(&self, _: &mut PgConnection, _: &mut Fresh, (): (), _: &Incoming) -> Result<(), Rejection> {
        Ok(())
    }
}
