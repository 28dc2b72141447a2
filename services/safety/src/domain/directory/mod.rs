//! Rules of the directory: what an office, a grant and a device are, and when they count.

pub mod device;
pub mod grant;
pub mod office;
pub mod person;
