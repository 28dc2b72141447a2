//! Errors of intake: those of the chassis, and one for a row of its own.

use chassis::Error;

/// The error for a stored code unknown to this version: a newer version wrote it.
#[must_use]
pub fn unknown_code(column: &'static str) -> Error {
    Error::Internal(format!("the column {column} holds a code of a newer version"))
}
