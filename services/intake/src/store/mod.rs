//! Storage of intake: SQL in, domain types out, over the use case's connection.

pub mod contact;
pub mod purge;
pub mod record;
pub mod referral;
pub mod retention;
pub mod screening;
pub mod sealed;
pub mod tie;
