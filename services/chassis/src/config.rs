//! Settings every process has. Parsed whole before any port is bound; each flag is also `<SERVICE>_<FLAG>` in the environment.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::private::Private;

/// What a service's own `Config` must offer the chassis.
pub trait Configured: Parser {
    fn chassis(&self) -> &Settings;
}

/// Settings shared by every service.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// PostgreSQL URL of this service's own database
    #[arg(long, value_parser = parse_private, hide_env_values = true)]
    pub database_url: Option<Private<String>>,

    /// Connections to the database at most
    #[arg(long, default_value_t = 16)]
    pub database_connections: u32,

    /// NATS server, for example tls://nats:4222
    #[arg(long, default_value = "nats://127.0.0.1:4222")]
    pub nats_url: String,

    /// PEM file with the authority that signed the certificate of NATS; without it a tls:// address is held to the machine's own authorities, and a nats:// address must be of this machine
    #[arg(long)]
    pub nats_ca: Option<PathBuf>,

    /// File with this service's NATS NKey seed
    #[arg(long)]
    pub nats_seed_file: Option<PathBuf>,

    /// Address to serve on
    #[arg(long, default_value = "127.0.0.1:50050")]
    pub listen: SocketAddr,

    /// PEM file with the certificate to serve and to call other services with, read again when it changes; without it the service speaks plain text and says so
    #[arg(long, requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// PEM file with the private key of the certificate
    #[arg(long)]
    pub tls_key: Option<PathBuf>,

    /// PEM file with the authority that signs every service's certificate; without it no service is recognised
    #[arg(long)]
    pub tls_ca: Option<PathBuf>,

    /// JWK set with the keys that sign access tokens
    #[arg(long)]
    pub identity_keys: Option<PathBuf>,

    /// Issuer that access tokens must name
    #[arg(long, default_value = "ro-local")]
    pub identity_issuer: String,

    /// Audience that access tokens must name
    #[arg(long, default_value = "ro")]
    pub identity_audience: String,

    /// Ed25519 key in PKCS #8 (DER) that signs the checkpoints of the audit log; without it they are unsigned and no verification passes
    #[arg(long)]
    pub audit_key_file: Option<PathBuf>,

    /// Folder with the public audit keys of the other services, SERVICE.pub in hexadecimal digits; without it nobody witnesses this service's log
    #[arg(long)]
    pub audit_peers: Option<PathBuf>,

    /// OTLP endpoint for traces and metrics, for example http://127.0.0.1:4317; none are exported without it
    #[arg(long)]
    pub otlp_endpoint: Option<String>,

    /// Log filter, for example info,safety=debug
    #[arg(long, default_value = "info")]
    pub log: String,

    /// Print the settings without secrets, and end
    #[arg(long)]
    pub check_config: bool,

    #[command(subcommand)]
    pub command: Option<Task>,
}

/// What else the binary of a service can do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Task {
    /// Bring this service's database schema up to date, and end
    Migrate,
    /// Ask the running service whether it serves; exit status 0 means yes
    Health,
    /// Accept that this database is older than its witness knows: its log goes on from here, and the loss stays on record
    AcceptRestore {
        /// Why, for the record; no personal data
        #[arg(long)]
        reason: String,
    },
}

fn parse_private(text: &str) -> Result<Private<String>, std::convert::Infallible> {
    Ok(Private::new(text.to_owned()))
}

/// Parses the command line and the environment of the service `name`; a mistake ends the process with a readable message and status 2.
pub fn parse<C: Parser>(name: &'static str) -> C {
    let matches = command::<C>(name).get_matches();
    C::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// The command of a service, with every flag bound to its environment variable.
pub fn command<C: CommandFactory>(name: &'static str) -> clap::Command {
    let prefix = name.to_uppercase().replace('-', "_");
    C::command().name(name).mut_args(|arg| {
        let id = arg.get_id().as_str().to_uppercase();
        if ["HELP", "VERSION", "CHECK_CONFIG"].contains(&id.as_str()) {
            return arg;
        }
        arg.env(format!("{prefix}_{id}"))
    })
}
