//! Decoding of stored codes into domain types: rows are parsed, not trusted.

use std::fmt;

/// A code in the database that this version does not know.
#[derive(Debug)]
struct UnknownCode;

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a code this version does not know")
    }
}

impl std::error::Error for UnknownCode {}

/// A stored code as its domain type: rows are parsed, not trusted.
pub(crate) fn known<T>(column: &'static str, value: Option<T>) -> sqlx::Result<T> {
    value.ok_or_else(|| sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(UnknownCode) })
}
