//! The gate: its facts, the check of mediation under way, and the recheck of what was released.

pub mod check;
pub mod facts;
pub mod recheck;
