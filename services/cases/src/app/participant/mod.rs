//! Use cases of participants: add one, and record that one left.

pub mod add;
pub mod leave;
pub mod named;
