//! The `cases` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run(proto::PROGRAMME, "cases", &cases::MIGRATOR, cases::serve)
}
