//! The gate: its facts, the check of mediation under way, what passes between the parties, and its recheck.

pub mod check;
pub(crate) mod entry;
pub mod facts;
pub(crate) mod passage;
pub mod recheck;
