//! The `dashboard` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    dashboard::health::asked().unwrap_or_else(|| chassis::run_without_database("dashboard", dashboard::serve))
}
