//! The gate: its facts, and the check of mediation under way.

pub mod check;
pub mod facts;
