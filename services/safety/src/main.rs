//! The `safety` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::run("safety", &safety::MIGRATOR, safety::serve)
}
