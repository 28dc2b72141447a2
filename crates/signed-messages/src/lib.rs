#![doc = include_str!("../README.md")]

#[expect(clippy::allow_attributes, reason = "what the generator writes differs from package to package")]
#[allow(clippy::all, clippy::allow_attributes_without_reason, reason = "generated")]
mod audit {
    include!(concat!(env!("OUT_DIR"), "/ro.audit.v1.rs"));
}

#[expect(clippy::allow_attributes, reason = "what the generator writes differs from package to package")]
#[allow(clippy::all, clippy::allow_attributes_without_reason, reason = "generated")]
mod grant {
    include!(concat!(env!("OUT_DIR"), "/ro.safety.v1.rs"));
}

pub use audit::{CheckpointRefused, CheckpointSealed, CheckpointWitnessed};
pub use grant::GrantChanged;
