//! Storage of reporting: SQL in, domain types out, over the caller's connection.

pub mod cases;
pub mod concerns;
pub mod referrals;
pub mod years;

use chassis::Error;

/// The error for an unknown stored code, which the constraints of the tables exclude.
fn unknown_code(what: &str) -> Error {
    Error::Internal(format!("a stored {what} is not a known code"))
}
