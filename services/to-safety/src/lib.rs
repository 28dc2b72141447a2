//! Client library for safety: direct delivery of concerns where the bus is silent, queries for open concerns, and reports by cases of where
//! their persons are.
//!
//! Used by cases and intake; it holds no data and decides nothing.

mod ask;
mod follow;
mod hand_over;

pub use ask::{AskSafety, ConcernAnswer, Known, Open, OverGrpc, Stands, learn};
pub use follow::{Followed, TellSafety};
pub use hand_over::ToSafety;
