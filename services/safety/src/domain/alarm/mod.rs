//! Rules of the alarm: who must accept a concern, when each is rung again, and what ends it.

pub mod concern;
pub mod core;
pub mod drill;
pub mod duty;
pub mod hand_over;
pub mod ladder;
pub mod note;
pub mod route;
pub mod ties;
pub mod timekeeping;
