//! The `reporting` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run("reporting", &reporting::MIGRATOR, reporting::serve)
}
