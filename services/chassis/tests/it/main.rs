//! Outbox and inbox on a real database and a real bus.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod auditing;
mod carrying;
mod hearing;
mod world;
