//! Offices, grants, devices and proposed changes in the database.

pub mod device;
pub mod grant;
pub mod office;
pub mod person;
pub mod proposal;
