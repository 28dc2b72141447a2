//! The key of a person's device: its sealed file, and how it is unlocked.

pub mod file;
pub mod unlock;
