//! Use cases of items that pass between participants: register, review and pass on, list [R4b, X-085].

pub mod list;
pub mod register;
pub mod step;
