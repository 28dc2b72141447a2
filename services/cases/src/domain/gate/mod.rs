//! The gate: what a move needs, what is missing, who brings it about, and which steps come next.

pub mod conditions;
pub mod missing;
mod remedy;
pub mod steps;
