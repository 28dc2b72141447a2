//! Storage of the protocols: versions, their parts and acts, and the steps of cases that they governed.

pub mod part;
pub mod step;
pub mod version;
