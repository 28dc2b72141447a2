//! Storage of case files: lookup, opening, and the record of moves.

pub mod file;
pub mod opening;
pub mod replay;
pub mod step;
