//! The `intake` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run(proto::PROGRAMME, "intake", &intake::MIGRATOR, intake::serve)
}
