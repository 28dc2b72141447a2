//! Use cases of reporting, one file each: load, decide, save.

pub mod get_report;
pub mod record_fact;
