//! The `reporting` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::run("reporting", &reporting::MIGRATOR, reporting::serve)
}
