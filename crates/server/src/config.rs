//! Settings of every process, parsed completely before any port is bound; each flag is also `<SERVICE>_<FLAG>` in the environment.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::Context as _;
use base::{Private, address::is_plain_and_far, database, programme};
use clap::{Args, CommandFactory, Parser, Subcommand};

/// What a service's own `Config` must offer the server.
pub trait Configured: Parser {
    fn server(&self) -> &Settings;

    /// Whether the service watches its clocks and reports steps itself: then the server does not.
    fn keeps_its_clocks(&self) -> bool {
        false
    }
}

/// Settings shared by every service.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// PostgreSQL URL of this service's own database
    #[arg(long, value_parser = parse_private, hide_env_values = true)]
    pub database_url: Option<Private<String>>,

    /// PostgreSQL URL of the owner of the tables, for the task migrate only; a service that serves neither needs it nor should have it
    #[arg(long, value_parser = parse_private, hide_env_values = true)]
    pub database_owner_url: Option<Private<String>>,

    /// Connections to the database at most
    #[arg(long, default_value_t = 16)]
    pub database_connections: u32,

    /// Connections to this process's own server in all
    #[arg(long, default_value_t = 768, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub open_connections: u32,

    /// Connections to the server from one address (one network, in IPv6)
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub open_connections_per_address: u32,

    /// Calls of one caller per second, once its burst is used up. What is urgent is never counted
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub calls_per_second: u32,

    /// Calls of one caller at once: an import of thousands fits
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub calls_burst: u32,

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
    #[arg(long, default_value = "127.0.0.1:8750")]
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

    /// JWK set with the keys that sign access tokens, read again when it changes
    #[arg(long)]
    pub identity_keys: Option<PathBuf>,

    /// Where the identity provider publishes that set (https); it is then kept in the file of the keys, so that a start without the provider finds it
    #[arg(long, requires = "identity_keys")]
    pub identity_keys_url: Option<String>,

    /// PEM file with the authority of the identity provider's certificate; without it, that of the services
    #[arg(long)]
    pub identity_keys_ca: Option<PathBuf>,

    /// Hours for which keys are good without news from the identity provider. An example until CSC sets it
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=168))]
    pub identity_keys_last: u32,

    /// Issuer that access tokens must name
    #[arg(long)]
    pub identity_issuer: Option<String>,

    /// Audience that access tokens must name
    #[arg(long)]
    pub identity_audience: Option<String>,

    /// Ed25519 key in PKCS #8 (DER) that signs the checkpoints of the audit log; without it they are unsigned and no verification passes
    #[arg(long)]
    pub audit_key_file: Option<PathBuf>,

    /// File with the keys that wrap this service's data keys, one `<version> <64 hexadecimal digits>` in each line, mode 0600; without it nothing protected is taken in or shown, except what must never be lost: that is kept in clear until there is a key
    #[arg(long)]
    pub vault_key_file: Option<PathBuf>,
    /// Folder with the public audit keys of the other services, SERVICE.pub in hexadecimal digits; without it nobody witnesses this service's log
    #[arg(long)]
    pub audit_peers: Option<PathBuf>,
    /// Service that keeps the directory: its audit key signs what people may do
    #[arg(long)]
    pub directory: Option<String>,

    /// OTLP endpoint for traces and metrics, for example http://127.0.0.1:4317; none are exported without it
    #[arg(long)]
    pub otlp_endpoint: Option<String>,

    /// Log filter, for example info,sqlx=debug
    #[arg(long, default_value = "info")]
    pub log: String,

    /// Print the settings without secrets, and end
    #[arg(long)]
    pub check_config: bool,

    #[command(subcommand)]
    pub command: Option<Task>,
}

impl Settings {
    /// Addresses are logged and shown: a password in one would be too.
    ///
    /// # Errors
    /// Names the setting, never its value.
    pub(crate) fn check_addresses(&self) -> anyhow::Result<()> {
        let names_a_user = |address: &str| {
            let place = address.split_once("://").map_or(address, |(_, place)| place);
            place.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
        };
        for (name, address) in [("nats-url", Some(&self.nats_url)), ("otlp-endpoint", self.otlp_endpoint.as_ref())] {
            let secret = address.is_some_and(|list| list.split(',').any(|one| names_a_user(one) || one.contains('?')));
            anyhow::ensure!(!secret, "--{name} holds a user, a password or a token: an address is logged, give a secret as a file");
        }
        let far = self.nats_ca.is_none() && self.nats_url.split(',').any(is_plain_and_far);
        anyhow::ensure!(
            !far,
            "--nats-url is another machine, and without the authority's certificate it would be spoken to in plain text: set NATS_CA or tls://"
        );
        // A provider may publish its keys under an address with a query in it.
        let secret = self.identity_keys_url.as_deref().is_some_and(names_a_user);
        anyhow::ensure!(!secret, "--identity-keys-url holds a user or a password: an address is logged, and keys are public");
        Ok(())
    }
}

impl Settings {
    /// Authority that signs the services' certificates, where one is set.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn authority(&self) -> anyhow::Result<Option<Vec<u8>>> {
        self.tls_ca.as_ref().map(|path| std::fs::read(path).context("cannot read the authority's certificate")).transpose()
    }

    /// Issuer and audience that access tokens must name; those of the programme where none are set.
    pub(crate) fn issuer_and_audience(&self) -> (&str, &str) {
        let programme = programme::get();
        (self.identity_issuer.as_deref().unwrap_or(programme.issuer), self.identity_audience.as_deref().unwrap_or(programme.audience))
    }

    /// Service that keeps the directory.
    pub(crate) fn directory(&self) -> &str {
        self.directory.as_deref().unwrap_or(programme::get().directory)
    }

    /// Pool of the application's login.
    pub(crate) async fn pool(&self, name: &str) -> anyhow::Result<sqlx::PgPool> {
        let url = self.database_url.as_ref().context("a database is needed: set --database-url")?;
        database::connect(name, url, self.database_connections).await
    }
}

/// What else the binary of a service can do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Task {
    /// Bring this service's database schema up to date, and end
    Migrate,
    /// Add a wrapping key to the vault's key file and move every data key under it, and end; older keys may then be removed
    RotateKeys,
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

/// The command of a service, with every flag bound to its environment variable, and what the programme gives as the default.
pub fn command<C: CommandFactory>(name: &'static str) -> clap::Command {
    let programme = programme::get();
    let prefix = name.to_uppercase().replace('-', "_");
    C::command().name(name).mut_args(|arg| {
        let id = arg.get_id().as_str().to_uppercase();
        if ["HELP", "VERSION", "CHECK_CONFIG"].contains(&id.as_str()) {
            return arg;
        }
        let arg = arg.env(format!("{prefix}_{id}"));
        match id.as_str() {
            "IDENTITY_ISSUER" => arg.default_value(programme.issuer),
            "IDENTITY_AUDIENCE" => arg.default_value(programme.audience),
            "DIRECTORY" => arg.default_value(programme.directory),
            _ => arg,
        }
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::Settings;

    #[derive(clap::Parser)]
    struct Config {
        #[command(flatten)]
        server: Settings,
    }

    #[tokio::test]
    async fn a_service_refuses_to_start_where_it_would_speak_plain_text_over_a_network() {
        let checked = |flags: &[&str]| Config::parse_from(["any"].iter().chain(flags)).server.check_addresses().map_err(|e| e.to_string());
        assert_eq!(checked(&["--nats-url", "nats://127.0.0.1:4222"]), Ok(()));
        assert_eq!(checked(&["--nats-url", "tls://nats:4222"]), Ok(()));
        assert_eq!(checked(&["--nats-url", "nats://nats:4222", "--nats-ca", "ca.pem"]), Ok(()), "the authority makes it encrypted");
        for plain in ["nats://nats:4222", "nats:4222", "nats://127.0.0.1:4222,nats://nats:4222"] {
            assert!(checked(&["--nats-url", plain]).unwrap_err().contains("plain text"), "{plain}");
        }
        for plain in ["http://library:8753", "http://10.1.2.3:8753"] {
            let refused = crate::client::connect(plain, None, None, None).err().unwrap().to_string();
            assert!(refused.contains("plain text"), "{refused}");
        }
        assert!(crate::client::connect("http://127.0.0.1:1", None, None, None).is_ok());
    }
}
