//! Use case: list who read or changed a case, or tried to, from the audit log; for the National Manager [IM1a].

use audit_log::log::Row;
use base::{
    Caller, Result,
    database::{Actor, act_as},
};

use crate::{
    app::{
        App,
        access::need_to_know::{find, note},
    },
    domain::access::decision::Verb,
};

/// Most lines returned.
const LIMIT: i64 = 1_000;

/// The audit lines about a case, newest first. The request itself is logged.
///
/// # Errors
/// Not found.
pub async fn list_access(app: &App, caller: &Caller, case_ref: &str) -> Result<Vec<Row>> {
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, at, caller, Verb::WhoViewed, case_ref).await?;
    note(&mut tx, caller, Verb::WhoViewed, &file, at).await?;
    // A refused caller may have named the case by its number.
    let names = [file.id.to_string(), file.number, file.referral.to_string()];
    // The caller may know of the case; the log belongs to the service.
    act_as(&mut tx, &Actor::service("cases")).await?;
    let lines = audit_log::of_objects(&mut tx, &names, LIMIT).await?;
    tx.commit().await?;
    Ok(lines)
}
