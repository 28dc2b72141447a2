//! Database access of notification: SQL in, domain types out. Every function works on the caller's connection.

pub mod alarm_guard;
pub mod channel;
pub mod concern;
pub mod contact;
pub mod delivery;
pub mod gateway;
pub mod import;
pub mod inbox;
pub mod letter;
pub mod mail;
pub mod preference;
pub mod purge;
pub mod push;
pub mod ring;
pub mod sealed;
