//! The `cases` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run("cases", &cases::MIGRATOR, cases::serve)
}
