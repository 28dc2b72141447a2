//! The one place in which a step of a case meets the protocols: it is recorded with the version in force, and held to its rules [R1].

use base::{Caller, Result};
use proto::{id::CaseId, role};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    domain::{
        access::decision::Verb,
        protocol::rule::{self, Rule},
    },
    store::protocol::step,
};

/// Roles that a rule asks for which wants a supervisor.
const SUPERVISORS: [&str; 2] = [role::NATIONAL_MANAGER, role::RJ_SUPERVISOR];

/// Records a step that a caller takes on a locked case, if its rules allow it.
///
/// # Errors
/// A refusal with the clause of the rule that the step violates.
pub(crate) async fn follow(tx: &mut PgConnection, caller: &Caller, step: Verb, case: CaseId, at: OffsetDateTime) -> Result<()> {
    if !rule::is_step(step) {
        return Ok(());
    }
    let found = step::record(tx, case, step, &caller.subject, at).await?;
    let Some((number, _)) = found.first() else { return Ok(()) };
    let (number, rules) = (*number, found.into_iter().map(|(_, rule)| rule).collect::<Vec<Rule>>());
    Ok(rule::followed(number, &rules, caller.has_any(&SUPERVISORS))?)
}

/// Records a step that the service itself takes: no rule keeps it from what another service decided.
///
/// # Errors
/// The database failed.
pub(crate) async fn record_own(tx: &mut PgConnection, by: &str, step: Verb, case: CaseId, at: OffsetDateTime) -> Result<()> {
    step::record(tx, case, step, by, at).await?;
    Ok(())
}
