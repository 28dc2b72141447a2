//! Path from a caller to a case: need to know, the decision, the lock, and the audit entry [R3c, IM1a].

use audit_log::Act;
use base::{Caller, Clock, Error, Result, database::Actor};
use proto::{id::CaseId, role};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::protocol::follow::follow,
    domain::{
        access::{
            decision::{self, Tie, Verb},
            scope::{Line, Scope},
        },
        case::reference::CaseRef,
        consent::Recorder,
    },
    store::{
        break_glass::Use,
        case::file::{self, CaseFile},
    },
};

/// Object kind of this service in the audit log.
pub(crate) const KIND: &str = "case";

/// Mark of break-glass in the audit log.
pub const BY_BREAK_GLASS: &str = "break-glass";
/// Name in the row-security policies for the RJ Unit's reach; all others know of single cases.
const UNIT: &str = "unit";
/// The same for an officer, who may also assign and end the mediator of a case in their portfolio.
const PORTFOLIO: &str = "officer";
const SINGLE_CASES: &str = "cases";
/// The same for whoever reads what is addressed to them: it shows no case.
const ADDRESSEE: &str = "addressee";
/// The same for whoever answers for sites: it shows the entries to them, and no case.
const SITE: &str = "site";
/// The same for whoever approves the protocols: it shows no case.
const APPROVER: &str = "approver";

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

/// The same for a caller who reads what is addressed to them, and learns of no case by it.
#[must_use]
pub fn addressee(caller: &Caller, at: OffsetDateTime) -> Actor {
    Actor::person(&caller.subject, ADDRESSEE).at(at)
}

/// The same for a caller who holds these offices.
#[must_use]
pub fn addressee_of(caller: &Caller, offices: Vec<String>, at: OffsetDateTime) -> Actor {
    addressee(caller, at).named(offices)
}

/// The same for a caller who answers for these sites, and learns of no case by it [R2a].
#[must_use]
pub fn at_sites(caller: &Caller, sites: Vec<String>, at: OffsetDateTime) -> Actor {
    Actor::person(&caller.subject, SITE).named(sites).at(at)
}

/// The same for a caller who approves the protocols [R1].
#[must_use]
pub fn approver(caller: &Caller, at: OffsetDateTime) -> Actor {
    Actor::person(&caller.subject, APPROVER).at(at)
}

/// Writes to the audit log, in this transaction, that the caller does this to a case they may know of [IM1a]. A use of break-glass is
/// stored beside the log and written to it later: break-glass works while the log takes no entries.
pub(crate) async fn note(tx: &mut PgConnection, caller: &Caller, verb: Verb, file: &CaseFile, at: OffsetDateTime) -> Result<()> {
    note_all(tx, caller, verb, std::slice::from_ref(file), at).await
}

/// The same for several cases.
pub(crate) async fn note_all(tx: &mut PgConnection, caller: &Caller, verb: Verb, files: &[CaseFile], at: OffsetDateTime) -> Result<()> {
    let (by_break_glass, usual): (Vec<&CaseFile>, Vec<&CaseFile>) = files.iter().partition(|file| file.tie == Tie::Line(Line::BreakGlass));
    let acts: Vec<Act<'_>> = usual.iter().map(|file| Act::new(caller, verb.permission(), KIND, &file.id.to_string())).collect();
    audit_log::granted_all(tx, &acts, at).await?;
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

/// Locks the case a caller wants to change until the transaction ends, with the time that counts, writes it to the audit log, and records
/// the step with the protocols in force [R1].
///
/// Need to know is checked before the lock and again after it: an assignment may have ended during the wait.
pub(crate) async fn lock(
    tx: &mut PgConnection,
    clock: &Clock,
    caller: &Caller,
    verb: Verb,
    case_ref: &str,
) -> Result<(CaseFile, OffsetDateTime)> {
    let found = find(tx, clock.now(), caller, verb, case_ref).await?;
    file::lock(tx, found.id).await?;
    let at = clock.now();
    let locked = seen(tx, caller, verb, &CaseRef::Id(found.id), at).await?;
    note(tx, caller, verb, &locked, at).await?;
    follow(tx, caller, verb, locked.id, at).await?;
    Ok((locked, at))
}

/// The case a caller names, if they may know of it and do this to it.
pub(crate) async fn find(tx: &mut PgConnection, at: OffsetDateTime, caller: &Caller, verb: Verb, case_ref: &str) -> Result<CaseFile> {
    // A reference that is neither an id nor a number takes the same path as one that names no case [TRAP-6].
    let case_ref = CaseRef::parse(case_ref).unwrap_or(CaseRef::Id(CaseId::new(Uuid::nil())));
    seen(tx, caller, verb, &case_ref, at).await
}

/// The only path from a caller to a case: the store answers what ties them to it, the decision follows from that.
///
/// # Errors
/// Not found, or refused.
pub async fn seen(tx: &mut PgConnection, caller: &Caller, verb: Verb, case_ref: &CaseRef, at: OffsetDateTime) -> Result<CaseFile> {
    let file = file::visible(tx, &Scope::of(caller), case_ref, at).await?.ok_or(Error::NotFound)?;
    decision::allowed(file.tie, verb, Some(file.standing.stage))?;
    Ok(file)
}

/// The mediator of the case records as its mediator, whatever other roles they have.
pub(crate) fn recorder(file: &CaseFile, caller: &Caller) -> Recorder {
    let mediates = file.mediator.as_ref() == Some(&caller.subject);
    if mediates || file.tie == Tie::Line(Line::Mediator) { Recorder::Mediator } else { Recorder::Unit }
}
