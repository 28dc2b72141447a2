//! The way of a service to safety: a concern is handed over where the bus is silent, safety is asked which concerns are open, and
//! told by cases where their persons are.
//!
//! Cases and intake go it; it holds no data and decides nothing.

mod ask;
mod follow;
mod hand_over;

pub use ask::{AskSafety, ConcernAnswer, Known, Open, OverGrpc, Stands, learn};
pub use follow::{Followed, TellSafety};
pub use hand_over::ToSafety;
