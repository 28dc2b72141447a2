//! Registry of mediators: entries, and what stands beside them.

pub mod conflict;
pub mod entry;
pub mod training;
