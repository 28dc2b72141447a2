//! Consumers of the bus: decode, call the use case.

mod concerns;
mod contact;
mod facts;
mod purges;
mod rejection;
mod rings;

pub use concerns::Concerns;
pub use contact::in_one_form;
pub use facts::{FactMessage, Facts};
pub use purges::Purges;
pub use rings::Rings;
