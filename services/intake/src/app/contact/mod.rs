//! Use cases of victims' contacts.

pub mod get;
pub mod push;
