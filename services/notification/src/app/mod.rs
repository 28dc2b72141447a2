//! Use cases of notification, a file each: load, decide, and save state and outbox in one transaction.

pub mod alarm_watch;
pub mod deliver_ring;
pub mod deliveries;
pub mod inbox;
mod post;
pub mod preferences;
pub mod purge_notices;
pub mod read_ring;
pub mod send_mail;
pub mod settle;
pub mod take_contact;
pub mod tell;

use std::sync::Arc;

use base::{
    Caller, Clock, Ids,
    database::{self, Actor},
};
use messaging::outbox::Wake;
use sqlx::{PgPool, Postgres, Transaction};
use tokio::sync::Notify;
use vault::Vault;

use crate::domain::{address::StaffDomains, delivery::Lane, ring::Grade};

/// Scopes in the policies of the database: of a person, and of a reader of the ledger.
const PERSON: &str = "person";
const LEDGER: &str = "ledger";

/// Dependencies of every use case. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub pool: PgPool,
    pub clock: Clock,
    pub ids: Ids,
    pub outbox: Wake,
    /// Wakes the mail workers; they also poll.
    pub mail: MailWake,
    pub staff: Arc<StaffDomains>,
    pub vault: Vault,
}

/// Handle that wakes the worker of a mail lane. Cheap to clone.
#[derive(Clone, Default)]
pub struct MailWake(Arc<[Notify; Lane::ALL.len()]>);

impl MailWake {
    /// Wakes the worker for a mail of this grade, whose transaction may not be committed yet: it checks now, and after the next commits.
    pub fn wake(&self, grade: Option<Grade>) {
        self.of(Lane::of(grade)).notify_one();
    }

    /// Waits until one lane is woken.
    pub(crate) async fn notified(&self, lane: Lane) {
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

    /// Transaction of the service itself: what it delivers belongs to no caller.
    pub(crate) async fn begin(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        database::begin(&self.pool, &Actor::service("notification")).await
    }

    /// Transaction under row security in which the caller sees only what is theirs; `names` are those of their inboxes.
    pub(crate) async fn begin_for(
        &self,
        caller: &Caller,
        reach: &'static str,
        names: Vec<String>,
    ) -> sqlx::Result<Transaction<'static, Postgres>> {
        database::begin(&self.pool, &Actor::caller(caller, reach).named(names)).await
    }
}
