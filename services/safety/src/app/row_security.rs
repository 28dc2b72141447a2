//! Row security actors of the alarm: for whom a transaction acts, as the policies of the database compare it.

use base::{Caller, database::Actor};
use proto::role;

/// Scopes in the policies: NHQ, a dashboard, an administrator of the directory, and all other callers, who reach the concerns of the
/// offices they hold and those they raised.
const NHQ: &str = "nhq";
const DASHBOARD: &str = "dashboard";
const DIRECTORY: &str = "directory";
const PERSON: &str = "person";

/// The service itself: it records, rings and writes, whoever raised or accepted.
#[must_use]
pub fn itself() -> Actor {
    Actor::service("safety")
}

/// Caller, with the offices of their role and site; those of the directory are looked up by the database.
#[must_use]
pub fn actor(caller: &Caller) -> Actor {
    let reach = if caller.has_any(&role::NHQ_ACCEPTORS) {
        NHQ
    } else if caller.has_any(&[role::DASHBOARD, role::OPERATIONS]) {
        DASHBOARD
    } else if caller.has_role(role::DIRECTORY_ADMINISTRATOR) {
        DIRECTORY
    } else {
        PERSON
    };
    Actor::caller(caller, reach).named(offices_of_role(caller))
}

/// Offices that the caller holds by role and site, whatever the directory has.
#[must_use]
pub fn offices_of_role(caller: &Caller) -> Vec<String> {
    role::RESPONSIBLE_HEADS.iter().flat_map(|head| caller.sites_of(head).map(move |site| format!("{head}/{site}"))).collect()
}
