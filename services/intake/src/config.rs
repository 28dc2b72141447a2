//! Settings of intake: those of every service, retention, and the address of safety.

use server::{Configured, Settings};

/// Victim-offender communication requests, from every origin, into one national queue
#[derive(Debug, Clone, clap::Parser)]
#[command(version)]
pub struct Config {
    #[command(flatten)]
    pub server: server::Settings,

    /// Minutes for which the destruction of a referral can be stopped. An example until CSC sets it
    #[arg(long, default_value_t = 1440, value_parser = clap::value_parser!(u32).range(0..=43_200))]
    pub destruction_wait: u32,

    /// Months for which a closed referral that opened no case is kept after its last use, 24 to 1200: the law allows no less than two
    /// years. How much more is CSC's to set, from its disposition authority
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u16).range(24..=1200))]
    pub retention_months: u16,

    /// Address of safety, where concerns are handed over when the bus is silent, and where it is asked which are open before anything is
    /// destroyed
    #[arg(long, default_value = "https://127.0.0.1:8753")]
    pub safety_url: String,
}

impl Configured for Config {
    fn server(&self) -> &Settings {
        &self.server
    }
}
