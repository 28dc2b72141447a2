#![doc = include_str!("../README.md")]

mod apply;
mod batch;
pub mod bus;
mod bus_health;
mod deduplicated;
mod delivery;
mod endpoint;
pub mod expiry;
mod fair_queue;
mod handler;
pub mod inbox;
pub mod leftovers;
pub mod outbox;
pub mod quarantine;
mod replay;
pub mod state;
mod stream_usage;

pub use bus_health::{BUS_HEALTH, BusHealth, ROOM_HEALTH};
pub use endpoint::Endpoint;

/// Rows of one kind sealed in one transaction.
pub const BATCH: i64 = 200;
