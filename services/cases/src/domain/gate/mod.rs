//! The gate: what a move needs, and what is missing.

pub mod conditions;
pub mod missing;
