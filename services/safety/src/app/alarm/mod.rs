//! Use cases of the alarm: raise, route, ring, accept and close a concern, and restore one that is missing.

pub mod accept_concern;
mod app;
pub mod change;
pub mod close_concern;
pub mod confirm_delivery;
pub mod drill;
pub mod envelope;
pub mod follow_case;
pub mod hand_over;
pub mod note_concern;
pub mod raise_concern;
pub mod raise_set;
pub mod read_concerns;
pub mod reconcile;
pub mod report;
pub mod ring;
pub mod route_concern;
pub(in crate::app) mod say_again;
pub mod signed;
pub mod ties;
pub mod timekeeping;
mod turn;
pub mod watch;

pub use app::{App, Ladders};
pub use turn::Turn;
