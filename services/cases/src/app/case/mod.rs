//! Use cases of a case: open, read, move, and stop when its referral is no longer accepted.

pub mod move_case;
pub mod open;
pub mod read;
pub mod take_back;
