//! Consumer that feeds the copy of the grants from the facts of the directory.

use messaging::Endpoint;
use messaging::{
    bus::ConsumerSpec,
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use signed_messages::GrantChanged;
use sqlx::PgConnection;

use super::{Copy, Line, keep, line_of};

/// Keeps this service's copy of the grants up to date from a durable consumer, until the process stops.
pub fn consume(endpoint: &Endpoint, copy: Copy, spec: ConsumerSpec) {
    endpoint.consume(spec, GrantConsumer { copy });
}

struct GrantConsumer {
    copy: Copy,
}

impl Handler for GrantConsumer {
    type Work = Line;

    async fn read(&self, message: &Incoming) -> Result<Line, Rejection> {
        line_of(&message.decode::<GrantChanged>()?).ok_or_else(|| Rejection::Never {
            reason: "malformed-grant",
            detail: "a grant without an id, a subject, a role or a beginning, or for two places".to_owned(),
        })
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, line: Line, _: &Incoming) -> Result<(), Rejection> {
        if !keep(tx, &line, self.copy.key()).await? && self.copy.key().is_some_and(|key| !line.is_signed_by(key)) {
            tracing::error!(grant.id = %line.id, "a grant was told that the directory did not sign: what is held stays");
        }
        Ok(())
    }
}
