//! Rules of the directory: what a grant and a device are, and when they count.

pub mod device;
pub mod grant;
