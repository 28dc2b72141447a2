#![doc = include_str!("../README.md")]

pub mod actor;
pub mod address;
pub mod authority;
pub mod batch_queue;
pub mod caller;
pub mod clock;
pub mod database;
pub mod page;
pub mod printable;
mod private;
pub mod programme;
pub mod refusal;
pub mod tasks;
pub mod trace;
pub mod wire;

pub use caller::Caller;
pub use clock::{Clock, Ids};
pub use private::Private;
pub use refusal::{Error, Refusal, Result};
