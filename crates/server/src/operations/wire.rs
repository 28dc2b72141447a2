//! Messages and gRPC server of the operations, as the generator writes them.
#![expect(clippy::allow_attributes, reason = "what the generator writes differs from package to package")]
#![allow(clippy::all, clippy::pedantic, clippy::allow_attributes_without_reason, reason = "generated")]

include!(concat!(env!("OUT_DIR"), "/ro.operations.v1.rs"));
