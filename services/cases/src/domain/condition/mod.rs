//! Orders and conditions that forbid contact between the parties [R8d, GL2a, GL2b, GL2c/2d, L133-7].

pub mod advice;
pub mod entry;
pub mod informing;
pub mod state;
pub mod step;
pub mod wording;
