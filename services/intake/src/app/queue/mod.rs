//! Use cases of the RJ Unit: the national queue, one referral, and the decision on it.

pub mod get;
pub mod list;
pub mod screen;
