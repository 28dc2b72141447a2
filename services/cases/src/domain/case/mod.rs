//! A case: references to it, its opening and its stages.

pub mod filter;
pub mod opening;
pub mod reference;
pub mod stage;
