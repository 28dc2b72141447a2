//! Messaging endpoint of a service: its database, its connection to the bus, its vault and its outbox.

use base::{Clock, Ids, tasks::Tasks};
use sqlx::PgPool;
use vault::Vault;

use crate::{
    bus::{Bus, ConsumerSpec},
    inbox, outbox,
};

/// What a service publishes and consumes with. Cheap to clone.
#[derive(Clone)]
pub struct Endpoint {
    /// Name of the service.
    pub name: &'static str,
    pub pool: PgPool,
    pub bus: Bus,
    pub clock: Clock,
    pub ids: Ids,
    /// Seals and opens stored values.
    pub vault: Vault,
    pub outbox: outbox::Wake,
    /// Tasks of the process.
    pub tasks: Tasks,
}

impl Endpoint {
    /// Consumes a durable consumer with `handler` until the process stops.
    pub fn consume<H: inbox::Handler>(&self, spec: ConsumerSpec, handler: H) {
        self.tasks.spawn(spec.name, inbox::run(self.clone(), spec, handler));
    }
}
