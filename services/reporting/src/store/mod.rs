//! SQL in, domain types out. Every function works on a connection it is given.

pub mod cases;
pub mod concerns;
pub mod referrals;
pub mod years;

use chassis::Error;

/// A stored code that is not one of ours: the constraints of the tables do not let it in.
fn unknown_code(what: &str) -> Error {
    Error::Internal(format!("a stored {what} is not a known code"))
}
