//! The local stack: the whole system on one machine without Docker, root or system services.
//!
//! `cargo ro up` and the tests share it. Read in this order: `stack` (what is started, in which order), then the parts
//! it starts. Everything lives below one state folder; no process outlives the runner.

pub mod browser;
pub mod clock;
pub mod containers;
pub mod description;
pub mod environment;
pub mod error;
pub mod fetch;
pub mod identity;
pub mod mail;
pub mod nats;
pub mod oms;
pub mod place;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod provider;
pub mod scratch;
pub mod search_path;
pub mod secret;
pub mod service;
pub mod stack;
pub mod state;
pub mod sys;
pub mod test_database;
pub mod tools;
pub mod version;

pub use description::Description;
pub use error::{Error, Progress, Result, Say};
pub use stack::{Options, Stack};

/// The process that reads OMS: no database, no login to the bus, and it calls none of the others.
pub const OMS_READER: &str = "oms-reader";

/// The development sign-in: an OpenID provider for this machine.
pub const ISSUER: &str = "issuer";

/// The five services, in the order they are listed to people.
pub const SERVICES: [&str; 5] = ["intake", "cases", "safety", "notification", "reporting"];
