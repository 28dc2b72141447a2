//! Compiles the gRPC service that every service serves in the same form, from the .proto file of the wire.

use std::error::Error;

use tonic_prost_build::Config;

const WIRE: &str = "../../proto";
const FILE: &str = "ro/operations/v1/operations.proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={WIRE}/{FILE}");
    println!("cargo:rerun-if-changed=migrations");
    let mut compiler = protox::Compiler::new([WIRE])?;
    compiler.include_imports(true).open_file(FILE)?;
    let mut config = Config::new();
    // They must not print: no message has Debug.
    config.skip_debug(["."]);
    let builder = tonic_prost_build::configure().emit_rerun_if_changed(false).build_client(false);
    builder.compile_fds_with_config(compiler.file_descriptor_set(), config)?;
    Ok(())
}
