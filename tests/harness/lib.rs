//! The test harness: a database or a whole system per test, clients to drive it, and waits with a deadline.

pub mod alarm;
pub mod bus;
pub mod cost;
pub mod database;
pub mod decoders;
pub mod dice;
pub mod dump;
pub mod endless;
pub mod grants;
pub mod hostile;
pub mod keys;
pub mod log;
pub mod port;
pub mod raw;
pub mod retention;
pub mod round_trips;
pub mod row_security;
pub mod system;
pub mod tries;
pub mod uniform;
pub mod vault;
pub mod wait;
pub mod web;
