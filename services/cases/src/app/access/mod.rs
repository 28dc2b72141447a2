//! Use cases of access to a case: need to know, assignments, officers tied to a case, and who read it.

pub mod assign_officer;
pub mod list_access;
pub mod need_to_know;
pub mod ties;
