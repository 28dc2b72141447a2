//! Storage of intake: SQL in, domain types out, over the use case's connection.

pub mod contact;
pub mod likeness;
pub mod purge;
pub mod queue;
pub mod referral;
pub mod sealed;
pub mod tie;
