//! The `safety` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run("safety", &safety::MIGRATOR, safety::serve)
}
