//! The gate: what a move or a release needs, what is missing, who brings it about, and which steps come next.

pub mod admission;
pub mod conditions;
pub mod contact;
pub mod missing;
pub mod release;
mod remedy;
pub mod steps;
