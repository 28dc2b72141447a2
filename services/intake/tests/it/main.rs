//! Integration tests of intake's use cases on a real PostgreSQL, with a fixed clock and repeatable ids.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that cannot go on fails its test")]

mod bus;
mod contacts;
mod costs;
mod door;
mod purging;
mod queue;
mod round_trips;
mod row_security;
mod screening;
mod sealing;
mod submitting;
mod support;
mod ties;
mod together;
mod uniform;
