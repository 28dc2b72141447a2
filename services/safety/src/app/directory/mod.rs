//! Use cases of the directory: sites, office holders, grants and devices, and the second person who confirms a change.

mod app;
pub mod devices;
pub mod directory_cache;
pub mod grants;
pub mod known_devices;
pub mod people;
pub mod proposals;
pub mod roster;
pub mod sites;
pub mod trust;
pub mod trust_cache;

pub use app::App;
