//! Permission tests of the bus from outside: every login against every subject on a real server, compared with a model of its own.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod confused_deputy;
mod consumers;
mod encryption;
mod login;
mod matrix;
mod missing_permissions;
mod model;
mod random_attacks;
mod stream_limits;
mod test_service;
