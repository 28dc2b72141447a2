//! The `cases` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::run("cases", &cases::MIGRATOR, cases::serve)
}
