//! gRPC server of the alarm.

mod encode;
mod reconcile;
mod server;
mod service;
mod ties;
mod watch;

pub use server::AlarmServer;
