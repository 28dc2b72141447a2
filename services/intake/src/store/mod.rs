//! What intake remembers: SQL in, domain types out, over a connection that the use case owns.

pub mod contact;
pub mod purge;
pub mod record;
pub mod referral;
pub mod retention;
pub mod screening;
pub mod sealed;
pub mod tie;
