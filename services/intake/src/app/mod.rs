//! The use cases of intake, a file each: load, decide, save state and outbox in one transaction.

pub mod answer;
pub mod get_contact;
pub mod get_receipt;
pub mod get_referral;
pub mod hear_ties;
pub mod list_queue;
pub mod open_concerns;
pub mod purge_referral;
pub mod push_contact;
pub mod record_at_once;
pub mod record_referrals;
pub mod retention;
pub mod screen_referral;
pub mod submit_referral;

use chassis::{
    Caller, Clock, Ids, Result, Vault,
    audit::{self, Act},
    database::{self, Actor},
    outbox,
};
use sqlx::{PgPool, Postgres, Transaction};

use crate::access;

use open_concerns::OpenConcerns;
use record_at_once::AtOnce;

pub use answer::{Answer, Receipt, Repeat};
pub use record_referrals::Submission;

/// What every use case needs besides its request.
#[derive(Clone)]
pub struct App {
    pub pool: PgPool,
    pub clock: Clock,
    pub ids: Ids,
    pub outbox: outbox::Wake,
    pub vault: Vault,
    /// Writes submissions the short way.
    pub at_once: AtOnce,
    /// What is open at safety, which is asked before anything is destroyed.
    pub concerns: OpenConcerns,
}

/// Who destroys when cases, or the time, says so.
const BY_ITSELF: &str = "service:intake";

/// What the audit log calls a referral, and a victim's contact points.
const REFERRAL: &str = "referral";
const CONTACT: &str = "contact";

/// What the policies of the database call the reach of supervisors and the National Manager, and of everybody else.
const UNIT: &str = "unit";
/// Of those, an officer knows of what was accepted only while tied to its case.
const OFFICER: &str = "officer";
const SUBMITTER: &str = "submitter";

/// Who must be tied to the case of what was accepted; `None`: nobody asks for a tie.
fn tied(caller: &Caller) -> Option<&str> {
    access::needs_a_tie(caller).then_some(caller.subject.as_str())
}

impl App {
    /// A transaction in which the database shows what the caller may know of; `places` are the sites or the region they submit for,
    /// once it was decided that they may.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn begin(&self, caller: &Caller, places: impl IntoIterator<Item = String>) -> sqlx::Result<Transaction<'static, Postgres>> {
        database::begin(&self.pool, &self.actor(caller).named(places).at(self.clock.now())).await
    }

    /// The caller, as the policies of the database know them.
    #[must_use]
    pub fn actor(&self, caller: &Caller) -> Actor {
        let reach = match () {
            () if access::needs_a_tie(caller) => OFFICER,
            () if access::is_rj_unit(caller) => UNIT,
            () => SUBMITTER,
        };
        Actor::caller(caller, reach)
    }

    /// Passes on how a call about a referral ended; a refusal stands in the audit log first [IM1a].
    ///
    /// # Errors
    /// Those of the use case.
    pub async fn watched<T>(&self, caller: &Caller, action: &'static str, referral: &str, ended: Result<T>) -> Result<T> {
        audit::watched(&self.pool, Act::new(caller, action, REFERRAL, referral), self.clock.now(), ended).await
    }
}
