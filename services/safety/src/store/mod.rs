//! SQL in, domain types out. Nothing here decides.

pub mod audience;
pub mod concern;
pub mod delivered;
pub mod device;
pub mod directory;
pub mod epoch;
pub mod grant;
pub mod proposal;
pub mod raised;
pub mod reconcile;
pub mod ring;
pub mod sealed;
pub mod settled;
pub mod ties;
