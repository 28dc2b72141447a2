//! The `safety` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run(proto::PROGRAMME, "safety", &safety::MIGRATOR, safety::serve)
}
