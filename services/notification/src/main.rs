//! The `notification` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run(proto::PROGRAMME, "notification", &notification::MIGRATOR, notification::serve)
}
