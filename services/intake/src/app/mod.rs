//! The use cases of intake, a file each: load, decide, save state and outbox in one transaction.

pub mod answer;
pub mod get_contact;
pub mod get_receipt;
pub mod get_referral;
pub mod list_queue;
pub mod purge_referral;
pub mod push_contact;
pub mod record_referrals;
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

pub use answer::{Answer, Receipt, Repeat};
pub use record_referrals::Submission;

/// What every use case needs besides its request.
#[derive(Clone)]
pub struct Desk {
    pub pool: PgPool,
    pub clock: Clock,
    pub ids: Ids,
    pub outbox: outbox::Wake,
    pub vault: Vault,
}

/// What the audit log calls a referral, and a victim's contact points.
const REFERRAL: &str = "referral";
const CONTACT: &str = "contact";

/// What the policies of the database call the reach of the RJ Unit, and of everybody else.
const UNIT: &str = "unit";
const SUBMITTER: &str = "submitter";

impl Desk {
    /// A transaction in which the database shows what the caller may know of; `places` are the sites or the region they submit for,
    /// once it was decided that they may.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn begin(&self, caller: &Caller, places: impl IntoIterator<Item = String>) -> sqlx::Result<Transaction<'static, Postgres>> {
        let reach = if access::is_rj_unit(caller) { UNIT } else { SUBMITTER };
        database::begin(&self.pool, &Actor::caller(caller, reach).named(places).at(self.clock.now())).await
    }

    /// Passes on how a call about a referral ended; a refusal stands in the audit log first [IM1a].
    ///
    /// # Errors
    /// Those of the use case.
    pub async fn watched<T>(&self, caller: &Caller, action: &'static str, referral: &str, ended: Result<T>) -> Result<T> {
        audit::watched(&self.pool, Act::new(caller, action, REFERRAL, referral), self.clock.now(), ended).await
    }
}
