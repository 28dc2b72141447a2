//! Use cases of notification, a file or folder per capability: load, decide, and save state and outbox in one transaction.

pub mod alarm_guard;
pub mod channel;
pub mod concern;
pub mod contact;
pub mod delivery;
pub mod fact;
pub mod gateway;
pub mod inbox;
mod letter;
pub mod mail;
pub mod preference;
pub mod purge;
pub mod push;
pub mod ring;

use std::sync::Arc;

use base::{
    Caller, Clock, Ids,
    database::{self, Actor},
};
use messaging::outbox::Wake;
use proto::reference;
use sqlx::{PgPool, Postgres, Transaction};
use tokio::sync::Notify;
use vault::Vault;

use crate::{
    channels::push::Pusher,
    domain::{address::StaffDomains, concern::Grade, levels::ChannelLevels, mail::lane::Lane},
};

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
    /// Whether a gateway calls, and the wake of its worker.
    pub calls: Calls,
    /// Push services that may be asked, where they are set up, and the wake of their workers.
    pub pusher: Option<Pusher>,
    pub pushes: Calls,
    /// Which channel a ring leaves by, from which step on.
    pub levels: ChannelLevels,
    pub staff: Arc<StaffDomains>,
    pub vault: Vault,
    /// Address of the pages, without a slash at its end; empty where it is not known.
    pub pages: Arc<str>,
}

/// Handle that wakes the worker of the gateway, or of push services. Cheap to clone.
#[derive(Clone, Default)]
pub struct Calls(Option<Arc<Notify>>);

impl Calls {
    /// With a gateway, or push services.
    #[must_use]
    pub fn on() -> Self {
        Self(Some(Arc::default()))
    }

    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Wakes the worker for a call whose transaction may not be committed yet.
    pub fn wake(&self) {
        if let Some(wake) = &self.0 {
            wake.notify_one();
        }
    }

    /// Waits until a call is asked for; where nothing is set up, none ever is.
    pub(crate) async fn asked(&self) {
        match &self.0 {
            Some(wake) => wake.notified().await,
            None => std::future::pending().await,
        }
    }
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
        let pages = Arc::from("");
        let (mail, calls, pushes) = (MailWake::default(), Calls::default(), Calls::default());
        Self {
            pool,
            clock,
            ids,
            outbox,
            mail,
            calls,
            pusher: None,
            pushes,
            levels: ChannelLevels::default(),
            staff: Arc::new(staff),
            vault,
            pages,
        }
    }

    /// With push services.
    #[must_use]
    pub fn with_pusher(self, pusher: Option<Pusher>) -> Self {
        let pushes = if pusher.is_some() { Calls::on() } else { Calls::default() };
        Self { pusher, pushes, ..self }
    }

    /// Wakes the workers of every channel for what one of them failed to bring.
    fn wake_others(&self, grade: Option<Grade>) {
        self.mail.wake(grade);
        self.calls.wake();
        self.pushes.wake();
    }

    /// With the address of the pages, which mails lead to.
    #[must_use]
    pub fn with_pages(self, address: &str) -> Self {
        Self { pages: Arc::from(address.trim_end_matches('/')), ..self }
    }

    /// New reference that an outside notice may quote and a person may read out.
    fn notice_reference(&self) -> String {
        reference::make("RN", self.ids.number())
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
