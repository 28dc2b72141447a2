//! What the service hears on the bus: decode, call the use case.

mod contact;
mod facts;
mod rings;

pub use facts::{Facts, Heard};
pub use rings::Rings;
