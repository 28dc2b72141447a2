//! SQL in, domain types out. Nothing here decides.

pub mod alarm;
pub mod directory;
pub mod epoch;
