//! Storage of documents: metadata in the database, bytes in an object store.

pub mod blob;
pub mod metadata;
