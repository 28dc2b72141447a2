//! The errors of intake are those of the chassis; this names the one that our own rows can cause.

use chassis::Error;

/// A row holds a code that this version does not know: a newer version wrote it.
#[must_use]
pub fn unknown_code(column: &'static str) -> Error {
    Error::Internal(format!("the column {column} holds a code of a newer version"))
}
