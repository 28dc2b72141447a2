//! Channels by which a notice leaves the service.

pub mod gateway;
pub mod push;
pub mod smtp;
