//! Storage of the queue: its pages, one referral with its content, and the decisions.

pub mod history;
pub mod list;
pub mod read;
pub mod screening;
