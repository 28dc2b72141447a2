//! Periodic work of intake.

pub mod likeness;
pub mod retention;
