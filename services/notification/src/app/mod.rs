//! The use cases, a file each: load, decide, and save state and outbox in one transaction.

pub mod alarm_watch;
pub mod deliver_ring;
pub mod deliveries;
pub mod inbox;
pub mod mailer;
mod post;
pub mod preferences;
pub mod purge_notices;
pub mod read_ring;
pub mod send_mail;
pub mod settle;
pub mod take_contact;
pub mod tell;

use std::sync::Arc;

use chassis::{
    Caller, Clock, Ids, Vault,
    database::{self, Actor},
    outbox::Wake,
};
use sqlx::{PgPool, Postgres, Transaction};
use tokio::sync::Notify;

use crate::domain::{address::StaffDomains, delivery::Lane, ring::Grade};

/// What the policies of the database call the reach of a person, and of whoever looks after the ledger.
const PERSON: &str = "person";
const LEDGER: &str = "ledger";

/// What every use case needs. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub pool: PgPool,
    pub clock: Clock,
    pub ids: Ids,
    pub outbox: Wake,
    /// Wakes the mail workers; they look by themselves too.
    pub mail: MailWake,
    pub staff: Arc<StaffDomains>,
    pub vault: Vault,
}

/// Wakes the worker of a lane of mail. Cheap to clone.
#[derive(Clone, Default)]
pub struct MailWake(Arc<[Notify; Lane::ALL.len()]>);

impl MailWake {
    /// A mail of this grade was asked for, in a transaction that may not be committed yet: the worker looks now, and behind the next commits.
    pub fn wake(&self, grade: Option<Grade>) {
        self.of(Lane::of(grade)).notify_one();
    }

    /// Until then, for one lane.
    async fn notified(&self, lane: Lane) {
        self.of(lane).notified().await;
    }

    fn of(&self, lane: Lane) -> &Notify {
        let [imminent, ring, notice] = &*self.0;
        match lane {
            Lane::Imminent => imminent,
            Lane::Ring => ring,
            Lane::Notice => notice,
        }
    }
}

impl App {
    #[must_use]
    pub fn new(pool: PgPool, clock: Clock, ids: Ids, outbox: Wake, staff: StaffDomains, vault: Vault) -> Self {
        Self { pool, clock, ids, outbox, mail: MailWake::default(), staff: Arc::new(staff), vault }
    }

    /// A transaction of the service itself: what it delivers belongs to no caller.
    pub(crate) async fn begin(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        database::begin(&self.pool, &Actor::service("notification")).await
    }

    /// A transaction in which the database shows what is the caller's; `names` are those that an inbox of theirs may bear.
    pub(crate) async fn begin_for(
        &self,
        caller: &Caller,
        reach: &'static str,
        names: Vec<String>,
    ) -> sqlx::Result<Transaction<'static, Postgres>> {
        database::begin(&self.pool, &Actor::caller(caller, reach).named(names)).await
    }
}
