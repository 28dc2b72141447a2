//! Periodic work of intake.

pub mod retention;
