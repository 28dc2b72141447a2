//! Use cases of break-glass: open, end, review; its uses in the audit log, and the reminder of reviews.

pub mod audit;
pub mod open;
pub mod remind;
pub mod review;
