//! Use cases, a file or folder per capability: find the case through need to know, decide, save state and outbox in one transaction.

pub mod access;
pub mod assessment;
pub mod break_glass;
pub mod case;
pub mod clause;
pub mod concern;
pub mod condition;
pub mod consent;
pub(crate) mod contact;
pub mod disclosure;
pub mod document;
pub mod due;
pub mod entry;
pub mod exchange;
pub mod extract;
pub mod gate;
pub mod hold;
pub mod mediator;
pub mod mode;
pub mod participant;
pub mod protocol;
pub mod purge;
pub mod request;
pub mod review;
pub mod session;
pub mod site;
pub mod step;
pub mod transition;

use std::sync::Arc;

use audit_log::{Act, Signer};
use base::{
    Caller, Clock, Ids, Result,
    database::{self, Actor},
};
use messaging::outbox::Wake;
use sqlx::{PgPool, Postgres, Transaction};
use vault::Vault;

use crate::{
    app::{
        access::need_to_know::{KIND, actor, addressee, addressee_of, approver, at_sites},
        concern::open_concerns::OpenConcerns,
        document::documents::Documents,
        extract::oms::ReadOms,
    },
    domain::{
        access::decision::Verb, break_glass::Limits, consent::Validity, due::rule::Days, mediator::training::Catalogue, purge::Retention,
    },
};

/// Dependencies shared by the use cases.
#[derive(Clone)]
pub struct App {
    pub pool: PgPool,
    pub clock: Clock,
    pub ids: Ids,
    pub break_glass: Limits,
    pub outbox: Wake,
    pub vault: Vault,
    pub documents: Documents,
    /// How long a case is kept after its last use.
    pub retention: Retention,
    /// How long a consent is valid after it was recorded.
    pub consents: Validity,
    /// The catalogue of training modules of mediators.
    pub training: Arc<Catalogue>,
    /// The days by which things fall due.
    pub due: Days,
    /// What safety reports of open concerns.
    pub concerns: OpenConcerns,
    /// The reader of OMS; without it no extract is read.
    pub oms: Option<Arc<dyn ReadOms>>,
    /// Signing key for purge certificates; without it no case is purged.
    pub signer: Option<Arc<Signer>>,
}

impl App {
    /// Begins a transaction in which row security shows what the caller may know of at this moment, and no more [R3c].
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn begin(&self, caller: &Caller) -> sqlx::Result<Transaction<'static, Postgres>> {
        database::begin(&self.pool, &actor(caller, self.clock.now())).await
    }

    /// Begins a transaction that shows the caller what is addressed to them, and no case.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn begin_as_addressee(&self, caller: &Caller) -> sqlx::Result<Transaction<'static, Postgres>> {
        database::begin(&self.pool, &addressee(caller, self.clock.now())).await
    }

    /// The same, with what is addressed to offices that the caller holds [R8b].
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn begin_as_addressee_of(&self, caller: &Caller, offices: Vec<String>) -> sqlx::Result<Transaction<'static, Postgres>> {
        database::begin(&self.pool, &addressee_of(caller, offices, self.clock.now())).await
    }

    /// Begins a transaction that shows the caller the entries to the sites that they answer for, and no case [R2a].
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn begin_at_sites(&self, caller: &Caller, sites: Vec<String>) -> sqlx::Result<Transaction<'static, Postgres>> {
        database::begin(&self.pool, &at_sites(caller, sites, self.clock.now())).await
    }

    /// Begins a transaction that shows whoever approves the protocols every draft, and no case [R1].
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn begin_as_approver(&self, caller: &Caller) -> sqlx::Result<Transaction<'static, Postgres>> {
        database::begin(&self.pool, &approver(caller, self.clock.now())).await
    }

    /// Begins a transaction of the service itself: for an allowed break-glass, which bypasses need to know, and for background work.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn begin_itself(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        database::begin(&self.pool, &Actor::service("cases").at(self.clock.now())).await
    }

    /// Returns the result of a call about a case; a refusal is written to the audit log first [IM1a].
    ///
    /// # Errors
    /// Those of the use case.
    pub async fn watched<T>(&self, caller: &Caller, verb: Verb, case_ref: &str, ended: Result<T>) -> Result<T> {
        audit_log::watched(&self.pool, Act::new(caller, verb.permission(), KIND, case_ref.trim()), self.clock.now(), ended).await
    }
}
