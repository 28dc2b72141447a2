//! gRPC endpoints of documents, and the format of their streams.

pub mod service;
pub mod stream;
