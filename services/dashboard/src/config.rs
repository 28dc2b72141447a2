//! Settings of the dashboard.

use std::path::PathBuf;

use clap::Parser;
use server::{Configured, Settings};

use crate::clients::Addresses;

/// The web face of the Restorative Opportunities system. It owns no data
#[derive(Debug, Clone, Parser)]
pub struct Config {
    #[command(flatten)]
    pub server: server::Settings,

    /// Where the intake service answers
    #[arg(long, default_value = "http://127.0.0.1:8751")]
    pub intake_url: String,

    /// Where the cases service answers
    #[arg(long, default_value = "http://127.0.0.1:8752")]
    pub cases_url: String,

    /// Where the safety service answers
    #[arg(long, default_value = "http://127.0.0.1:8753")]
    pub safety_url: String,

    /// Where the notification service answers
    #[arg(long, default_value = "http://127.0.0.1:8754")]
    pub notification_url: String,

    /// Where the reporting service answers
    #[arg(long, default_value = "http://127.0.0.1:8755")]
    pub reporting_url: String,

    /// Folder with the header and footer of a department, its style sheet, fonts and images; without it, pages bear the name of the
    /// product alone
    #[arg(long)]
    pub brand: Option<PathBuf>,

    /// JSON file with invented people to sign in as, for development on one machine. Never set it anywhere else: who sees the
    /// page can be any of them, and the session cookie may then travel unencrypted
    #[arg(long)]
    pub development_identities: Option<PathBuf>,
}

impl Config {
    /// Addresses of the services.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        Addresses {
            intake: self.intake_url.clone(),
            cases: self.cases_url.clone(),
            safety: self.safety_url.clone(),
            notification: self.notification_url.clone(),
            reporting: self.reporting_url.clone(),
        }
    }
}

impl Configured for Config {
    fn server(&self) -> &Settings {
        &self.server
    }
}
