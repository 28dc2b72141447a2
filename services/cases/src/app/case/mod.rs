//! Use cases of a case: open, read, as it was at a moment, move, and stop when its referral is no longer accepted.

pub mod move_case;
pub mod open;
pub mod read;
pub mod replay;
pub mod take_back;
