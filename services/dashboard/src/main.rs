//! The `dashboard` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    dashboard::health::run_if_requested().unwrap_or_else(|| server::run_without_database(proto::PROGRAMME, "dashboard", dashboard::serve))
}
