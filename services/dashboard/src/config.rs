//! Settings of the dashboard.

use std::path::PathBuf;

use clap::Parser;
use server::{Configured, Settings};

/// The web face of the Restorative Opportunities system. It owns no data
#[derive(Debug, Clone, Parser)]
pub struct Config {
    #[command(flatten)]
    pub server: server::Settings,

    /// Where the safety service answers
    #[arg(long, default_value = "http://127.0.0.1:8753")]
    pub safety_url: String,

    /// JSON file with invented people to sign in as, for development on one machine. Never set it anywhere else: who sees the
    /// page can be any of them, and the session cookie may then travel unencrypted
    #[arg(long)]
    pub development_identities: Option<PathBuf>,
}

impl Configured for Config {
    fn server(&self) -> &Settings {
        &self.server
    }
}
