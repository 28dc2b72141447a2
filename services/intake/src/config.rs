//! The settings of intake: those every service has.

use chassis::{Configured, Settings};

/// Victim-offender communication requests, from every origin, into one national queue
#[derive(Debug, Clone, clap::Parser)]
#[command(version)]
pub struct Config {
    #[command(flatten)]
    pub chassis: Settings,
}

impl Configured for Config {
    fn chassis(&self) -> &Settings {
        &self.chassis
    }
}
