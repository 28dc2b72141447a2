//! Use cases of rings: decoding, and delivery into the inboxes.

pub mod deliver;
pub mod read;
pub(super) mod unreached;
