//! Consumer of stops of contact with a participant, and of their ends.

use base::wire::instant;
use messaging::{
    inbox::{Handler, Incoming, ReadMessage, Rejection},
    outbox::Fresh,
};
use proto::{
    cases::v1::{ContactClear, ContactStopped},
    subject,
};
use sqlx::PgConnection;

use super::rejection::{malformed, never};
use crate::{
    app::{App, contact::stop::follow},
    domain::contact::stop::Change,
};

/// Consumer of stops and of their ends.
pub struct Stops {
    pub app: App,
}

impl Handler for Stops {
    type Work = Change;

    const MAX_TOGETHER: usize = 256;

    async fn read(&self, message: &Incoming) -> Result<Change, Rejection> {
        let (case, participant, sequence, changed_at, stopped) = match message.subject.as_str() {
            subject::CONTACT_STOPPED => {
                let event: ContactStopped = message.decode()?;
                (event.case_id, event.participant_id, event.sequence, event.changed_at, true)
            }
            subject::CONTACT_CLEAR => {
                let event: ContactClear = message.decode()?;
                (event.case_id, event.participant_id, event.sequence, event.changed_at, false)
            }
            _ => return Err(never("subject-unknown", "no stop is read from this subject")),
        };
        Ok(Change {
            participant: participant.parse().map_err(malformed)?,
            case: case.parse().map_err(malformed)?,
            sequence,
            stopped,
            at: changed_at.as_ref().and_then(instant).unwrap_or_else(|| self.app.clock.now()),
        })
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, change: Change, _: &Incoming) -> Result<(), Rejection> {
        Ok(follow(tx, &self.app, &[change]).await?)
    }

    async fn apply_set(&self, tx: &mut PgConnection, _: &mut Fresh, set: Vec<ReadMessage<'_, Change>>) -> Result<(), Rejection> {
        let changes: Vec<Change> = set.into_iter().map(|message| message.work).collect();
        Ok(follow(tx, &self.app, &changes).await?)
    }
}
