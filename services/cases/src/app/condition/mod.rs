//! Use cases of conditions that forbid contact: the register, what is done about each, and the advice to who drafts one.

pub mod advise;
pub mod change;
pub mod list;
pub mod read_advice;
pub mod record;
