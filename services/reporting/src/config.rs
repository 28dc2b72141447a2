//! Settings of reporting.

use clap::Parser;
use server::{Configured, Settings};

use crate::{app::report::Rules, domain::year::Release};

/// Pseudonymous statistics of the Restorative Opportunities programme
#[derive(Debug, Clone, Parser)]
pub struct Config {
    #[command(flatten)]
    pub server: server::Settings,

    /// Numbers from 1 to this less one are withheld, with all that would give them away
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub small_cell_threshold: u32,

    /// How often reports move: live, month (up to the first of this month) or year (finished fiscal years only)
    #[arg(long, default_value = "live")]
    pub release: Release,
}

impl Configured for Config {
    fn server(&self) -> &Settings {
        &self.server
    }
}

impl Config {
    /// How reports are made.
    #[must_use]
    pub const fn rules(&self) -> Rules {
        Rules { threshold: self.small_cell_threshold, release: self.release }
    }
}
