//! Compiles the messages from the .proto files of the wire, so that each has one definition.

use std::error::Error;

use tonic_prost_build::Config;

const WIRE: &str = "../../proto";
const FILES: [&str; 2] = ["ro/audit/v1/audit.proto", "ro/safety/v1/grant.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    for file in FILES {
        println!("cargo:rerun-if-changed={WIRE}/{file}");
    }
    let mut compiler = protox::Compiler::new([WIRE])?;
    compiler.include_imports(true).open_files(FILES)?;
    let mut config = Config::new();
    // They must not print: no message has Debug.
    config.skip_debug(["."]);
    tonic_prost_build::configure().emit_rerun_if_changed(false).compile_fds_with_config(compiler.file_descriptor_set(), config)?;
    Ok(())
}
