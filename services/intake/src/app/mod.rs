//! Use cases of intake, one folder per capability: load, decide, save state and outbox in one transaction.

pub mod answer;
pub mod concern;
pub mod contact;
pub mod likeness;
pub mod purge;
pub mod queue;
pub mod referral;
pub mod tie;

use audit_log::Act;
use base::{
    Caller, Clock, Ids, Result,
    database::{self, Actor},
};
use messaging::outbox;
use sqlx::{PgPool, Postgres, Transaction};
use vault::Vault;

use crate::access;

use concern::OpenConcerns;
use referral::Batching;

/// Dependencies shared by the use cases.
#[derive(Clone)]
pub struct App {
    pub pool: PgPool,
    pub clock: Clock,
    pub ids: Ids,
    pub outbox: outbox::Wake,
    pub vault: Vault,
    /// The batched path for new submissions.
    pub batching: Batching,
    /// Open concerns of safety, which is polled before anything is destroyed.
    pub concerns: OpenConcerns,
}

/// Name of this service as an actor of its own.
const NAME: &str = "intake";
/// Actor of a destruction on the order of cases, or at the end of retention.
const BY_ITSELF: &str = "service:intake";

/// Object kinds in the audit log: a referral, and a victim's contact points.
const REFERRAL: &str = "referral";
const CONTACT: &str = "contact";

/// Names in the row-security policies for the reach of supervisors and the National Manager, and of all others.
const UNIT: &str = "unit";
/// The same for an officer, who sees an accepted referral only while tied to its case.
const OFFICER: &str = "officer";
const SUBMITTER: &str = "submitter";

/// The officer who must be tied to the case of an accepted referral; `None` where no tie is needed.
fn tied(caller: &Caller) -> Option<&str> {
    access::needs_a_tie(caller).then_some(caller.subject.as_str())
}

impl App {
    /// Begins a transaction in which row security shows what the caller may know of; `places` are the sites or the region they may submit
    /// for.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn begin(&self, caller: &Caller, places: impl IntoIterator<Item = String>) -> sqlx::Result<Transaction<'static, Postgres>> {
        database::begin(&self.pool, &self.actor(caller).named(places).at(self.clock.now())).await
    }

    /// The caller in the form of the row-security policies.
    #[must_use]
    pub fn actor(&self, caller: &Caller) -> Actor {
        let reach = match () {
            () if access::needs_a_tie(caller) => OFFICER,
            () if access::is_rj_unit(caller) => UNIT,
            () => SUBMITTER,
        };
        Actor::caller(caller, reach)
    }

    /// Returns the result of a call about a referral; a refusal is written to the audit log first [IM1a].
    ///
    /// # Errors
    /// Those of the use case.
    pub async fn watched<T>(&self, caller: &Caller, action: &'static str, referral: &str, ended: Result<T>) -> Result<T> {
        audit_log::watched(&self.pool, Act::new(caller, action, REFERRAL, referral), self.clock.now(), ended).await
    }
}
