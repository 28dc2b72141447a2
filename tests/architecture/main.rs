//! The rules of the house, as tests: who may depend on whom, what every page looks like, what every table says of itself.
//!
//! Text and `cargo metadata` only. Every check answers with file and line, and has a bad sample of its own that it must notice.

#![expect(clippy::unwrap_used, reason = "a check that cannot look has failed")]

mod arrows;
mod crates;
mod page;
mod scan;
mod schema;
mod words;
