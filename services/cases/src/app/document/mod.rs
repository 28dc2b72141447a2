//! Use cases of documents: store, list, read; and the removal of orphaned bytes.

pub mod documents;
pub mod keep;
pub mod read;
pub mod sweep;
