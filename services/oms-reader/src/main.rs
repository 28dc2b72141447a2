//! The `oms-reader` process.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run_without_database(proto::PROGRAMME, "oms-reader", oms_reader::serve)
}
