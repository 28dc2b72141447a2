//! Architecture rules as tests: dependencies between crates, the form of every source file, the comments of every table.
//!
//! Text and `cargo metadata` only. Every check answers with file and line, and has a bad sample of its own that it must notice.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a check that cannot look has failed")]

mod arrows;
mod circles;
mod crates;
mod page;
mod scan;
mod schema;
mod words;
