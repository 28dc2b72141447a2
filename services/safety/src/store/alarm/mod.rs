//! Concerns, their audiences, rings and timelines in the database.

pub mod accepted;
pub mod audience;
pub mod change;
pub mod concern;
pub mod delivered;
pub mod drill;
pub mod history;
pub mod list;
pub mod note;
pub mod raised;
pub mod reconcile;
pub mod ring;
pub mod sealed;
pub mod ties;
