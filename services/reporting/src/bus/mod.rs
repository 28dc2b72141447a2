//! Consumers of the facts of intake, cases and safety; they decode and decide nothing.

mod case;
mod concern;
mod field;
mod read;
mod referral;

use std::time::Duration;

use messaging::{
    inbox::{Handler, Incoming, ReadMessage, Rejection},
    outbox::Fresh,
};
use sqlx::PgConnection;

use crate::{app::fact::record_facts, domain::fact::Fact};

/// Handler of all consumers of reporting: one consumer per service whose facts it counts.
pub struct Facts;

impl Handler for Facts {
    type Work = Vec<Fact>;
    const ONLY_FRESH: bool = true;

    const MIN_INTERVAL: Duration = Duration::from_millis(100);

    async fn read(&self, message: &Incoming) -> Result<Vec<Fact>, Rejection> {
        read::facts(message)
    }

    fn is_needed(&self, facts: &Vec<Fact>) -> bool {
        facts.iter().any(|fact| !matches!(fact, Fact::NotCounted))
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, facts: Vec<Fact>, _: &Incoming) -> Result<(), Rejection> {
        Ok(record_facts(tx, facts).await?)
    }

    async fn apply_set(&self, tx: &mut PgConnection, _: &mut Fresh, set: Vec<ReadMessage<'_, Vec<Fact>>>) -> Result<(), Rejection> {
        Ok(record_facts(tx, set.into_iter().flat_map(|message| message.work).collect()).await?)
    }
}
