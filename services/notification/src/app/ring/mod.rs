//! Use cases of rings: decoding, and delivery into the inboxes.

pub mod deliver;
pub mod read;
