//! Boots what a test needs, and drives it: a database of its own, a whole system of its own, and waits with a deadline.

pub mod bus;
pub mod database;
pub mod decoders;
pub mod hostile;
pub mod system;
pub mod vault;
pub mod wait;
