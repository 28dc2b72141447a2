//! Use cases of safety, by capability: each loads, decides, and saves state and outbox in one transaction.

pub mod alarm;
pub mod directory;
pub mod epoch;
pub mod row_security;
