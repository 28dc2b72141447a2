//! Use cases of reporting, one file each: load, decide, save.

pub mod fact;
pub mod report;
