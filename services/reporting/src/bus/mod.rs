//! Consumers of the facts of intake, cases and safety; they decode and decide nothing.

mod case;
mod concern;
mod field;
mod read;
mod referral;

use messaging::{
    inbox::{Handler, Incoming, ReadMessage, Rejection},
    outbox::Fresh,
};
use sqlx::PgConnection;

use crate::{
    app::fact::{record_fact, record_facts},
    domain::fact::Fact,
};

/// Handler of all consumers of reporting: one consumer per service whose facts it counts.
pub struct Facts;

impl Handler for Facts {
    type Work = Fact;

    async fn read(&self, message: &Incoming) -> Result<Fact, Rejection> {
        read::fact(message)
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, fact: Fact, _: &Incoming) -> Result<(), Rejection> {
        Ok(record_fact(tx, fact).await?)
    }

    async fn apply_set(&self, tx: &mut PgConnection, _: &mut Fresh, set: Vec<ReadMessage<'_, Fact>>) -> Result<(), Rejection> {
        Ok(record_facts(tx, set.into_iter().map(|message| message.work).collect()).await?)
    }
}
