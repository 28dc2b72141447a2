//! What is remembered: SQL in, domain types out. Every function works on the caller's connection.

pub mod contact;
pub mod delivery;
pub mod guard;
pub mod import;
pub mod inbox;
pub mod letters;
pub mod preference;
pub mod purge;
pub mod ring;
pub mod sealed;
