//! Use cases of extracts of OMS: read an offender there, list what was read [TS1b].

pub mod list;
pub mod oms;
pub mod pull;
