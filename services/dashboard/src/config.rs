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

    /// KiB that one document may have: the same as CASES_DOCUMENT_LARGEST, told before a document is sent
    #[arg(long, default_value_t = 10_240, value_parser = clap::value_parser!(u32).range(64..=65_536))]
    pub document_largest: u32,

    /// Folder with the header and footer of a department, its style sheet, fonts and images; without it, pages bear the name of the
    /// product alone
    #[arg(long)]
    pub brand: Option<PathBuf>,

    /// JSON file with the duty desks that people telephone: a list of objects with `name_en`, `name_fr`, `telephone`, and where it helps
    /// `note_en` and `note_fr`. Without it, pages say that the numbers stand in the emergency procedure of the site
    #[arg(long)]
    pub duty_desks: Option<PathBuf>,

    /// How browsers reach this dashboard; the identity provider leads back to /signed-in and /signed-out below it. Only on one machine may it begin with http://
    #[arg(long, default_value = "http://127.0.0.1:8785")]
    pub public_origin: String,

    /// Issuer of the identity provider (OpenID Connect), as it calls itself; without it nobody can sign in
    #[arg(long)]
    pub issuer_url: Option<String>,

    /// Host and port to connect to in the place of the issuer's, where it answers inside under another name
    #[arg(long)]
    pub issuer_connect: Option<String>,

    /// Name of this dashboard at the identity provider
    #[arg(long, default_value = "ro-dashboard")]
    pub client_id: String,

    /// File with the secret of that name, where the provider gave one
    #[arg(long)]
    pub client_secret_file: Option<PathBuf>,

    /// File with the private key of that name instead of a secret, where the provider knows its public half (`private_key_jwt`): P-256 in PKCS #8 or RSA, in PEM, mode 0600
    #[arg(long, conflicts_with = "client_secret_file")]
    pub client_key_file: Option<PathBuf>,

    /// File with the certificate over that key, in PEM, where the provider finds the key by its certificate
    #[arg(long, requires = "client_key_file")]
    pub client_certificate_file: Option<PathBuf>,

    /// Scopes to ask for, with spaces between them; access tokens must come out with the audience of the services
    #[arg(long, default_value = "openid offline_access")]
    pub scopes: String,

    /// File with the keys that seal sessions, one `<version> <64 hexadecimal digits>` in each line, mode 0600, the same for every instance; the highest version seals, all open. Without it sessions end with the process
    #[arg(long)]
    pub session_key_file: Option<PathBuf>,

    /// Hours after which a person signs in again, even on watch. An example until CSC sets it
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=24))]
    pub session_hours: u32,
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
