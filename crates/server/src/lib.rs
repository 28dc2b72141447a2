#![doc = include_str!("../README.md")]

pub mod client;
pub mod config;
mod context;
mod grpc;
mod health;
pub mod lifecycle;
pub mod limits;
pub mod process;
pub mod retry;
pub mod schema;
mod task;
pub mod telemetry;
pub mod tls;
mod verifier;

pub use config::{Configured, Settings};
pub use context::Context;
pub use health::{HISTORY_HEALTH, WORK_HEALTH};
pub use lifecycle::{Process, run, run_without_database};
pub use schema::MIGRATOR;
