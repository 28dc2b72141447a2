//! Storage of purges: what is due, destruction, certificates.

pub mod destruction;
pub mod record;
pub mod retention;
