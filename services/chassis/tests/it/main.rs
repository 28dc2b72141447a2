//! Outbox and inbox on a real database and a real bus; services that know each other by certificate.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod auditing;
mod carrying;
mod certified;
mod hearing;
mod proving;
mod renewing;
mod witnessing;
mod world;
