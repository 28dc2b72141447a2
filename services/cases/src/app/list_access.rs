//! Who read or changed a case, or tried to: the audit log of one case, for the National Manager [IM1a].

use chassis::{
    Caller, Result,
    audit::{self, log::Row},
    database::{Actor, act_as},
};

use super::{App, find, note};
use crate::domain::decision::Verb;

/// Lines at most.
const LIMIT: i64 = 1_000;

/// The lines about a case, newest first. Asking is itself noted.
///
/// # Errors
/// Not found.
pub async fn list_access(app: &App, caller: &Caller, case_ref: &str) -> Result<Vec<Row>> {
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, at, caller, Verb::WhoViewed, case_ref).await?;
    note(&mut tx, caller, Verb::WhoViewed, &file, at).await?;
    // Whoever was refused may have named the case by its number.
    let names = [file.id.to_string(), file.number, file.referral.to_string()];
    // They may know of the case; the log is the service's own.
    act_as(&mut tx, &Actor::service("cases")).await?;
    let lines = audit::of_objects(&mut tx, &names, LIMIT).await?;
    tx.commit().await?;
    Ok(lines)
}
