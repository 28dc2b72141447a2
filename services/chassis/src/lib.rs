//! Runtime of a service: configuration, telemetry, database, bus, outbox, inbox, gRPC server, identity, clock.
//!
//! It holds nothing of the programme's domain; another programme could use this crate unchanged.

pub mod access;
mod actor;
mod apply;
pub mod audit;
pub mod batch_queue;
pub mod bus;
mod bus_health;
pub mod client;
pub mod clock;
pub mod config;
pub mod database;
mod deduplicated;
pub mod destruction;
pub mod devices;
pub mod expiry;
mod fair_queue;
pub mod grants;
mod grpc;
pub mod identity;
pub mod inbox;
pub mod keys;
pub mod lifecycle;
pub mod limits;
pub mod outbox;
pub mod page;
pub mod printable;
pub mod private;
pub mod process;
pub mod quarantine;
pub mod refusal;
mod replay;
pub mod retry;
mod stream_usage;
mod task;
pub mod tasks;
pub mod telemetry;
pub mod tls;
mod token;
pub mod trace;
pub mod vault;
pub mod wire;

pub use clock::{Clock, Ids};
pub use config::{Configured, Settings};
pub use grpc::{BUS_HEALTH, HISTORY_HEALTH, ROOM_HEALTH, WORK_HEALTH};
pub use identity::Caller;
pub use lifecycle::{Context, Process, run, run_without_database};
pub use private::Private;
pub use refusal::{Error, Refusal, Result};
pub use vault::Vault;
