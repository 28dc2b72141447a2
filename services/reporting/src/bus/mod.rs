//! Hears the facts of intake, cases and safety; translates them, decides nothing.

mod read;

use chassis::inbox::{Handler, Incoming, Rejection};
use sqlx::PgConnection;

use crate::{app::record_fact::record_fact, domain::fact::Fact};

/// Both consumers of reporting: one reads `RO_EVENTS`, the other `RO_SAFETY`.
pub struct Facts;

impl Handler for Facts {
    type Work = Fact;

    async fn read(&self, message: &Incoming) -> Result<Fact, Rejection> {
        read::fact(message)
    }

    async fn apply(&self, tx: &mut PgConnection, fact: Fact, _: &Incoming) -> Result<(), Rejection> {
        Ok(record_fact(tx, fact).await?)
    }
}
