//! Database access of safety: SQL in, domain types out, without decisions.

pub mod alarm;
pub mod directory;
pub mod epoch;
