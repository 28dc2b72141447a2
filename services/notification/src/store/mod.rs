//! What is remembered: SQL in, domain types out. Every function works on the caller's connection.

pub mod contact;
pub mod delivery;
pub mod guard;
pub mod inbox;
pub mod preference;
pub mod purge;
pub mod ring;
pub mod sealed;

use std::fmt::Display;

/// A value of ours that this version cannot read: the row was written by another version.
fn unreadable(what: impl Display) -> sqlx::Error {
    sqlx::Error::Decode(format!("this version does not know the stored value of {what}").into())
}
