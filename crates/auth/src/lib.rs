#![doc = include_str!("../README.md")]

pub mod access;
pub mod devices;
pub mod grants;
pub mod identity;
pub mod keys;
mod token;
