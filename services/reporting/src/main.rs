//! The `reporting` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run(proto::PROGRAMME, "reporting", &reporting::MIGRATOR, reporting::serve)
}
