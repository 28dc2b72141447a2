//! Storage of cases: SQL in, domain types out, one file per aggregate.
//!
//! Only `case_file` finds a case for a caller; the other files take a case found there.

pub mod access;
pub mod assessment;
pub mod blob;
pub mod break_glass;
pub mod case_file;
pub mod concern;
pub mod consent;
pub mod described_mode;
pub mod document;
pub mod gate;
pub mod hold;
pub mod participant;
pub mod purge;
pub mod retention;
pub mod sealed;
pub mod site;

use std::fmt;

use uuid::Uuid;

use crate::domain::mode::{Described, Mode};

/// A code in the database that this version does not know.
#[derive(Debug)]
struct UnknownCode;

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a code this version does not know")
    }
}

impl std::error::Error for UnknownCode {}

/// A stored mode, and which described one it is.
fn mode(code: &str, described: Option<Uuid>, direct: Option<bool>) -> sqlx::Result<Mode> {
    // A described mode without a stored answer counts as direct.
    let described = described.map(|id| Described { id, direct: direct.unwrap_or(true) });
    Ok(match known("mode", Mode::of_code(code))? {
        Mode::Other(_) => Mode::Other(described),
        mode => mode,
    })
}

/// A stored code as its domain type: rows are parsed, not trusted.
fn known<T>(column: &'static str, value: Option<T>) -> sqlx::Result<T> {
    value.ok_or_else(|| sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(UnknownCode) })
}
