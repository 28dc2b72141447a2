//! Use cases that destroy referrals: on the order of cases, and at the end of their retention.

pub mod order;
pub mod retention;
