//! gRPC servers of safety, one for each capability: they translate RPCs into use cases and back, without decisions of their own.

pub mod alarm;
pub mod directory;
mod transactions;

pub use transactions::Transactions;
