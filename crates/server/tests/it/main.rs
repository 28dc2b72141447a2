//! Integration tests of the shared crates: outbox and inbox on a real database and a real bus; services that identify each other by certificate.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod auditing;
mod batches;
mod carrying;
mod certified;
mod destroying;
mod direct;
mod granting;
mod growing;
mod hearing;
mod limits;
mod lost;
mod operating;
mod patience;
mod proving;
mod publishing;
mod reconnecting;
mod renewing;
mod round_trips;
mod row_security;
mod sealing;
mod sets;
mod witnessing;
mod world;
