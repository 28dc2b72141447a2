//! Decoding of stored codes into domain types: rows are parsed, not trusted.

use std::{fmt, str::FromStr};

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
pub(crate) fn known<T: FromStr>(column: &'static str, code: &str) -> sqlx::Result<T> {
    code.parse().map_err(|_| sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(UnknownCode) })
}
