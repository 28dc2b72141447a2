//! A file per use case: load, decide, save.

pub mod get_report;
pub mod record_fact;
