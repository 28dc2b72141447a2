//! Messaging endpoint of a service: its database, its connection to the bus, its vault and its outbox.

use base::{Clock, Ids, database, tasks::Tasks};
use sqlx::PgPool;
use vault::Vault;

use crate::{
    bus::Bus,
    outbox::{self, ManualRelay, Publisher, Relay, direct},
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
    /// Publishes the outbox until the process stops: from memory what this process commits, and by polling what that missed.
    pub fn publish_outbox(&self) {
        let relay = self.relay();
        let (own, bus) = (relay.own.clone(), self.bus.clone());
        let publisher = Publisher { name: self.name, own, bus, clock: self.clock.clone(), wake: self.outbox.clone() };
        self.tasks.spawn("outbox-publisher", publisher.run(self.tasks.stop.clone()));
        self.tasks.spawn("outbox-relay", relay.run(self.tasks.stop.clone()));
    }

    /// Relay that publishes on request.
    #[must_use]
    pub fn manual_relay(&self) -> ManualRelay {
        ManualRelay::new(self.relay())
    }

    fn relay(&self) -> Relay {
        Relay {
            name: self.name,
            pool: self.pool.clone(),
            own: database::for_marks(self.name, &self.pool),
            bus: self.bus.clone(),
            clock: self.clock.clone(),
            wake: self.outbox.clone(),
            vault: self.vault.clone(),
        }
    }

    /// Delivers what is not confirmed within three seconds, until the process stops. An outage of the receiver is waited out, without
    /// limit.
    pub fn deliver_directly<R: direct::Receiver>(&self, receiver: R) {
        self.tasks.every_delayed("direct-delivery", direct::LOOK_INTERVAL, None, self.direct(receiver));
    }

    /// Direct delivery on request.
    #[must_use]
    pub fn direct<R: direct::Receiver>(&self, receiver: R) -> direct::Direct<R> {
        direct::Direct::of_parts(self.name, self.pool.clone(), self.vault.clone(), self.clock.clone(), receiver)
    }
}
