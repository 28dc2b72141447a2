//! Participants: kinds, persons, departures and returns.

pub mod former;
pub mod kind;
pub mod leaving;
pub mod person;
