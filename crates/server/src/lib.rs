#![doc = include_str!("../README.md")]

pub mod client;
pub mod config;
mod context;
mod files;
mod grpc;
mod health;
mod lifecycle;
pub mod limits;
pub mod memory;
pub mod operations;
mod process;
pub mod retry;
pub mod schema;
mod task;
pub mod telemetry;
pub mod tls;
mod verifier;

pub use config::{Configured, Settings};
pub use context::Context;
pub use health::{HISTORY_HEALTH, NAMED_HEALTH, WORK_HEALTH};
pub use lifecycle::{run, run_without_database};
pub use process::Process;
pub use schema::MIGRATOR;
