//! The rules of the alarm: no async, no I/O, no wire types.

pub mod concern;
pub mod device;
pub mod grant;
pub mod ladder;
pub mod route;
