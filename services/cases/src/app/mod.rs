//! One file per use case: find the case through need to know, decide, save state and outbox in one transaction.

pub mod add_participant;
pub mod assign_mediator;
pub mod events;
pub mod follow_concern;
pub mod list_access;
pub mod move_case;
pub mod open_case;
pub mod read_cases;
pub mod record_assessment;
pub mod record_consent;
pub mod take_back;

use chassis::{
    Caller, Clock, Error, Ids, Result, Vault,
    audit::{self, Act},
    database::{self, Actor},
    outbox::Wake,
};
use proto::id::{CaseId, ParticipantId};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    domain::{
        access::{CaseRef, Scope},
        participant::Participant,
    },
    error,
    store::case_file::{self, CaseFile},
};

/// What every use case works with.
#[derive(Clone)]
pub struct App {
    pub pool: PgPool,
    pub clock: Clock,
    pub ids: Ids,
    pub outbox: Wake,
    pub vault: Vault,
}

/// What the audit log calls the objects of this service.
const KIND: &str = "case";

/// What the policies of the database call the reach of the RJ Unit; everybody else knows of single cases.
const UNIT: &str = "unit";
const SINGLE_CASES: &str = "cases";

impl App {
    /// A transaction in which the database itself shows what the caller may know of at this moment, and no more [R3c].
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn begin(&self, caller: &Caller) -> sqlx::Result<Transaction<'static, Postgres>> {
        let scope = Scope::of(caller);
        let actor = if scope.is_unit() { Actor::caller(caller, UNIT) } else { Actor::person(scope.subject(), SINGLE_CASES) };
        database::begin(&self.pool, &actor.at(self.clock.now())).await
    }

    /// Passes on how a call about a case ended; a refusal stands in the audit log first [IM1a].
    ///
    /// # Errors
    /// Those of the use case.
    pub async fn watched<T>(&self, caller: &Caller, action: &'static str, case_ref: &str, ended: Result<T>) -> Result<T> {
        audit::watched(&self.pool, Act::new(caller, action, KIND, case_ref.trim()), self.clock.now(), ended).await
    }
}

/// Notes in the audit log, in this transaction, that the caller does this to a case they may know of [IM1a].
async fn note(tx: &mut PgConnection, caller: &Caller, action: &'static str, file: &CaseFile, at: OffsetDateTime) -> Result<()> {
    Ok(audit::granted(tx, &Act::new(caller, action, KIND, &file.id.to_string()), at).await?)
}

/// The case a caller wants to change, held until the transaction ends, and the moment that counts. It is noted in the audit log.
///
/// Need to know is asked before the case is held and again afterwards: an assignment that ended while we waited is over.
async fn hold(
    tx: &mut PgConnection,
    clock: &Clock,
    caller: &Caller,
    action: &'static str,
    case_ref: &str,
) -> Result<(CaseFile, OffsetDateTime)> {
    let found = find(tx, clock.now(), caller, case_ref).await?;
    case_file::lock(tx, found.id).await?;
    let at = clock.now();
    let held = case_file::visible(tx, &Scope::of(caller), &CaseRef::Id(found.id), at).await?.ok_or(Error::NotFound)?;
    note(tx, caller, action, &held, at).await?;
    Ok((held, at))
}

/// The case a caller names, if they may know of it.
async fn find(tx: &mut PgConnection, at: OffsetDateTime, caller: &Caller, case_ref: &str) -> Result<CaseFile> {
    // What is neither an id nor a number takes the road of one that names nothing [T6].
    let case_ref = CaseRef::parse(case_ref).unwrap_or(CaseRef::Id(CaseId::new(Uuid::nil())));
    case_file::visible(tx, &Scope::of(caller), &case_ref, at).await?.ok_or(Error::NotFound)
}

/// The participant of a case that a request names.
fn participant<'a>(people: &'a [Participant], id: &str) -> Result<&'a Participant> {
    let id: Option<ParticipantId> = id.trim().parse().ok();
    Ok(people.iter().find(|p| Some(p.id) == id).ok_or_else(error::participant_unknown)?)
}
