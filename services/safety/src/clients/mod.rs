//! Clients of other services.

pub mod notification;
