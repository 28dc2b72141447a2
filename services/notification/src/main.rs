//! The `notification` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run("notification", &notification::MIGRATOR, notification::serve)
}
