//! Integration tests of intake's use cases on a real PostgreSQL, with a fixed clock and repeatable ids.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that cannot go on fails its test")]

mod bus;
mod contact;
mod costs;
mod grpc;
mod history;
mod likeness;
mod purge;
mod queue;
mod receipts;
mod referral;
mod referral_sets;
mod retention;
mod round_trips;
mod row_security;
mod screening;
mod sealing;
mod support;
mod tie;
mod uniform;
