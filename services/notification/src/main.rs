//! The `notification` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::run("notification", &notification::MIGRATOR, notification::serve)
}
