//! The settings of the `cases` process; each flag is also `CASES_<FLAG>` in the environment.

use chassis::{Configured, Settings};
use clap::Parser;

/// The RO case file
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct Config {
    #[command(flatten)]
    pub chassis: Settings,

    /// Address of intake, for example https://127.0.0.1:50051
    #[arg(long, default_value = "https://127.0.0.1:50051")]
    pub intake_url: String,
}

impl Configured for Config {
    fn chassis(&self) -> &Settings {
        &self.chassis
    }
}
