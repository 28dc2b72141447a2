//! gRPC server of the alarm.

mod drill;
mod encode;
mod outlines;
mod reconcile;
mod server;
mod service;
mod ties;
mod watch;

pub use outlines::Outlines;
pub use server::AlarmServer;
