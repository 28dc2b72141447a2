//! Use cases of the site of a case: change it, and update safety with it.

pub mod change;
pub mod follow;
