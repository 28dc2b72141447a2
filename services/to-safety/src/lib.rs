//! The way of a service to safety: a concern is handed over where the bus is silent, and safety is asked which concerns are open.
//!
//! Cases and intake go it; it holds no data and decides nothing.

mod ask;
mod hand_over;

pub use ask::{AskSafety, Known, OverGrpc, Stands, Told, learn};
pub use hand_over::ToSafety;
