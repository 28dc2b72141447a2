//! Permission tests of the bus from outside: every login against every subject on a real server, compared with a model of its own.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod deputy;
mod heard;
mod hostile;
mod login;
mod matrix;
mod model;
mod refused;
mod room;
mod sealed;
mod service;
