//! For whom a transaction is: what the policies of the database compare for the alarm.

use chassis::{Caller, database::Actor};
use proto::role;

use super::alarm::read_concerns;

/// What the policies call the reach of each: NHQ, a dashboard, whoever keeps the directory, and everybody else, who reaches the
/// concerns of the offices they hold and those they raised.
const NHQ: &str = "nhq";
const DASHBOARD: &str = "dashboard";
const DIRECTORY: &str = "directory";
const PERSON: &str = "person";

/// The service itself: it records, rings and notes, whoever raised or accepted.
#[must_use]
pub fn itself() -> Actor {
    Actor::service("safety")
}

/// A caller, with the offices that their role and site say they hold; those of the directory the database looks up itself.
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
    Actor::caller(caller, reach).named(read_concerns::offices_of_role(caller))
}
