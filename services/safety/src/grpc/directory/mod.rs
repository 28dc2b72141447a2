//! gRPC server of the directory.

mod changes;
mod encode;
mod server;
mod service;

pub use server::DirectoryServer;
