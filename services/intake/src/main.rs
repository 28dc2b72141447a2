//! The `intake` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::run("intake", &intake::MIGRATOR, intake::serve)
}
