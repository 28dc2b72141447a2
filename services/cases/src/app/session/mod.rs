//! Use cases of sessions: plan, confirm and hold, list [R4b].

pub mod list;
pub mod plan;
pub mod step;
