//! The `intake` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run("intake", &intake::MIGRATOR, intake::serve)
}
