//! Use cases, one file each: find the case through need to know, decide, save state and outbox in one transaction.

pub mod add_participant;
pub mod assign_mediator;
pub mod assign_officer;
pub mod break_glass;
pub mod break_glass_watch;
pub mod change_site;
pub mod describe_mode;
pub mod events;
pub mod follow_concern;
mod follow_site;
pub mod gate_watch;
pub mod hear_obeyed;
pub mod holds;
pub mod keep_document;
pub mod leave_case;
pub mod list_access;
pub mod move_case;
pub mod open_case;
pub mod purge_case;
pub mod purge_certificate;
pub mod read_cases;
pub mod read_documents;
pub mod record_assessment;
pub mod record_consent;
pub mod review_break_glass;
pub mod take_back;
pub mod ties;

use std::sync::Arc;

use chassis::{
    Caller, Clock, Error, Ids, Result, Vault,
    audit::{self, Act, Signer},
    database::{self, Actor},
    outbox::Wake,
};
use proto::{
    id::{CaseId, ParticipantId},
    role,
};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use time::OffsetDateTime;
use uuid::Uuid;

use follow_concern::OpenConcerns;
use keep_document::Documents;

use crate::{
    domain::{
        access::{CaseRef, Line, Scope},
        break_glass::Limits,
        consent::{Recorder, Validity},
        decision::{self, Tie, Verb},
        mode::{self, Mode},
        participant::Participant,
        retention::Retention,
    },
    error,
    store::{
        break_glass::Use,
        case_file::{self, CaseFile},
        described_mode,
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
    /// What safety reports of open concerns.
    pub concerns: OpenConcerns,
    /// Signing key for purge certificates; without it no case is purged.
    pub signer: Option<Arc<Signer>>,
}

/// Object kind of this service in the audit log.
const KIND: &str = "case";
/// Mark of break-glass in the audit log.
pub const BY_BREAK_GLASS: &str = "break-glass";

/// Name in the row-security policies for the RJ Unit's reach; all others know of single cases.
const UNIT: &str = "unit";
/// The same for an officer, who may also assign and end the mediator of a case in their portfolio.
const PORTFOLIO: &str = "officer";
const SINGLE_CASES: &str = "cases";

impl App {
    /// Begins a transaction in which row security shows what the caller may know of at this moment, and no more [R3c].
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn begin(&self, caller: &Caller) -> sqlx::Result<Transaction<'static, Postgres>> {
        database::begin(&self.pool, &actor(caller, self.clock.now())).await
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
        audit::watched(&self.pool, Act::new(caller, verb.permission(), KIND, case_ref.trim()), self.clock.now(), ended).await
    }
}

/// What row security compares for a caller at one moment.
#[must_use]
pub fn actor(caller: &Caller, at: OffsetDateTime) -> Actor {
    let scope = Scope::of(caller);
    let actor = if scope.is_unit() {
        Actor::caller(caller, UNIT)
    } else if caller.has_role(role::RJ_OFFICER) {
        Actor::person(scope.subject(), PORTFOLIO)
    } else {
        Actor::person(scope.subject(), SINGLE_CASES)
    };
    actor.at(at)
}

/// Writes to the audit log, in this transaction, that the caller does this to a case they may know of [IM1a]. A use of break-glass is
/// stored beside the log and written to it later: break-glass works while the log takes no entries.
async fn note(tx: &mut PgConnection, caller: &Caller, verb: Verb, file: &CaseFile, at: OffsetDateTime) -> Result<()> {
    note_all(tx, caller, verb, std::slice::from_ref(file), at).await
}

/// The same for several cases.
async fn note_all(tx: &mut PgConnection, caller: &Caller, verb: Verb, files: &[CaseFile], at: OffsetDateTime) -> Result<()> {
    let (by_break_glass, usual): (Vec<&CaseFile>, Vec<&CaseFile>) = files.iter().partition(|file| file.tie == Tie::Line(Line::Glass));
    let acts: Vec<Act<'_>> = usual.iter().map(|file| Act::new(caller, verb.permission(), KIND, &file.id.to_string())).collect();
    audit::granted_all(tx, &acts, at).await?;
    for file in by_break_glass {
        let under = crate::store::break_glass::live(tx, file.id, &caller.subject, at).await?.map(|live| live.id);
        let id = file.id.to_string();
        crate::store::break_glass::note_use(
            tx,
            &Use { break_glass: under, actor: &caller.subject, verb, object: &id, outcome: "granted", reason: BY_BREAK_GLASS },
            at,
        )
        .await?;
    }
    Ok(())
}

/// Locks the case a caller wants to change until the transaction ends, with the time that counts, and writes it to the audit log.
///
/// Need to know is checked before the lock and again after it: an assignment may have ended during the wait.
async fn lock(tx: &mut PgConnection, clock: &Clock, caller: &Caller, verb: Verb, case_ref: &str) -> Result<(CaseFile, OffsetDateTime)> {
    let found = find(tx, clock.now(), caller, verb, case_ref).await?;
    case_file::lock(tx, found.id).await?;
    let at = clock.now();
    let held = seen(tx, caller, verb, &CaseRef::Id(found.id), at).await?;
    note(tx, caller, verb, &held, at).await?;
    Ok((held, at))
}

/// The case a caller names, if they may know of it and do this to it.
async fn find(tx: &mut PgConnection, at: OffsetDateTime, caller: &Caller, verb: Verb, case_ref: &str) -> Result<CaseFile> {
    // A reference that is neither an id nor a number takes the same path as one that names no case [TRAP-6].
    let case_ref = CaseRef::parse(case_ref).unwrap_or(CaseRef::Id(CaseId::new(Uuid::nil())));
    seen(tx, caller, verb, &case_ref, at).await
}

/// The only path from a caller to a case: the store answers what ties them to it, the decision follows from that.
///
/// # Errors
/// Not found, or refused.
pub async fn seen(tx: &mut PgConnection, caller: &Caller, verb: Verb, case_ref: &CaseRef, at: OffsetDateTime) -> Result<CaseFile> {
    let file = case_file::visible(tx, &Scope::of(caller), case_ref, at).await?.ok_or(Error::NotFound)?;
    decision::allowed(file.tie, verb, Some(file.standing.stage))?;
    Ok(file)
}

/// The participant of a case that a request names.
fn participant<'a>(people: &'a [Participant], id: &str) -> Result<&'a Participant> {
    let id: Option<ParticipantId> = id.trim().parse().ok();
    Ok(people.iter().find(|p| Some(p.id) == id).ok_or_else(error::participant_unknown)?)
}

/// The mode that a request names by code and, for a mode that is not on the list, by the id of its description.
async fn mode_of(tx: &mut PgConnection, case: CaseId, code: &str, described: &str) -> Result<Mode> {
    let known = described_mode::known(tx, case).await?;
    Ok(mode::meant(code, described, &known)?)
}

/// The mediator of the case records as its mediator, whatever other roles they have.
fn recorder(file: &CaseFile, caller: &Caller) -> Recorder {
    let mediates = file.mediator.as_ref() == Some(&caller.subject);
    if mediates || file.tie == Tie::Line(Line::Mediator) { Recorder::Mediator } else { Recorder::Unit }
}
