//! SQL in, domain types out. Nothing here decides.

pub mod concern;
pub mod directory;
pub mod ring;
pub mod sealed;
