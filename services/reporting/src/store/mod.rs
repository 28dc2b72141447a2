//! Storage of reporting: SQL in, domain types out, over the caller's connection.

pub mod case;
pub mod concern;
pub mod referral;
pub mod year;
