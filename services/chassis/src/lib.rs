//! How a process lives: configuration, telemetry, database, bus, outbox, inbox, door, identity, clock.
//!
//! No word of the programme's domain stands here; another programme could use this crate unchanged.

pub mod access;
mod actor;
pub mod again;
mod apply;
pub mod audit;
pub mod bus;
pub mod client;
pub mod clock;
pub mod config;
pub mod database;
pub mod destruction;
pub mod devices;
pub mod forget;
pub mod gather;
pub mod grants;
mod grpc;
pub mod identity;
pub mod inbox;
pub mod keys;
pub mod lifecycle;
pub mod limits;
mod listening;
pub mod outbox;
pub mod page;
pub mod private;
pub mod process;
pub mod refusal;
mod repeated;
mod replay;
mod room;
pub mod set_aside;
mod task;
pub mod telemetry;
pub mod tls;
mod token;
pub mod trace;
mod turns;
pub mod vault;
pub mod visible;
pub mod wire;

pub use clock::{Clock, Ids};
pub use config::{Configured, Settings};
pub use grpc::{BUS_HEALTH, HISTORY_HEALTH, ROOM_HEALTH};
pub use identity::Caller;
pub use lifecycle::{Context, Process, run, run_without_database};
pub use private::Private;
pub use refusal::{Error, Refusal, Result};
pub use vault::Vault;
