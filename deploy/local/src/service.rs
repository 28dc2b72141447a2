//! Configuration of each service and of the dashboard on one machine: their environment variables, and no others of ours.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    ISSUER, OMS_READER, SERVICES, environment,
    error::{Error, Result},
    identity,
    nats::Nats,
    ports::{Picker, Ports},
    postgres::{Login, Postgres},
};

/// The name of the dashboard among the services.
pub const DASHBOARD: &str = "dashboard";

/// The listed port of each service: below the machine's ephemeral ports, so that no outgoing connection takes one between two starts.
pub const LISTED: [(&str, u16); 8] = [
    ("intake", 8751),
    ("cases", 8752),
    ("safety", 8753),
    ("notification", 8754),
    ("reporting", 8755),
    (OMS_READER, 8756),
    (DASHBOARD, 8785),
    (ISSUER, 8786),
];

/// The port of each service, and a sentence for each that could not have its listed one.
///
/// # Errors
/// When the machine has no free port.
pub fn choose_ports(ports: Ports, picker: &mut Picker) -> Result<(BTreeMap<String, u16>, Vec<String>)> {
    let mut chosen = BTreeMap::new();
    let mut notes = Vec::new();
    for (name, listed) in LISTED {
        match ports {
            Ports::Free => drop(chosen.insert(name.to_owned(), picker.any()?)),
            Ports::Stable if picker.exactly(listed) => drop(chosen.insert(name.to_owned(), listed)),
            Ports::Stable => {
                // Above the listed ones, so that one taken port does not move all the others.
                let port = picker.from(listed + 10)?;
                notes.push(format!("port {listed} is in use: {name} takes {port}"));
                chosen.insert(name.to_owned(), port);
            }
        }
    }
    Ok((chosen, notes))
}

/// Inputs of a service's environment.
#[derive(Debug)]
pub struct Surroundings<'a> {
    pub certificates: &'a Path,
    pub audit_keys: &'a Path,
    pub vault_keys: &'a Path,
    /// Folder in which cases stores the bytes of documents.
    pub documents: &'a Path,
    pub keys_file: &'a Path,
    /// File with the keys that seal the sessions of the dashboard.
    pub session_keys: &'a Path,
    /// File with the keys by which push services know this deployment.
    pub push_keys: &'a Path,
    pub ports: &'a BTreeMap<String, u16>,
    pub postgres: &'a Postgres,
    pub nats: &'a Nats,
    pub smtp_url: &'a str,
    pub oms_url: &'a str,
}

/// One process to run: which program, where it listens, with which settings.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The service, or the service and a number for a further replica.
    pub name: String,
    pub service: String,
    pub port: u16,
    pub program: PathBuf,
    pub settings: Vec<(String, String)>,
}

impl Plan {
    /// The program with its settings and nothing else of the runner's environment.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = environment::command(&self.program);
        let prefix = format!("{}_", prefix(&self.service));
        let own = |name: &std::ffi::OsStr| name.to_str().is_some_and(|name| name.starts_with(&prefix));
        command.envs(env::vars_os().filter(|(name, _)| own(name)));
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// A service's address as clients see it.
    #[must_use]
    pub fn address(&self) -> String {
        if self.service == DASHBOARD { format!("http://127.0.0.1:{}/", self.port) } else { format!("https://127.0.0.1:{}", self.port) }
    }
}

impl Surroundings<'_> {
    /// Launch settings of one process of a service on a port.
    ///
    /// # Errors
    /// When the service is not known here.
    pub fn plan(&self, service: &str, name: &str, port: u16, bin_dir: &Path) -> Result<Plan> {
        let program = bin_dir.join(service);
        if !program.is_file() {
            return Err(Error::said(format!("{} is not built: run `cargo build --workspace --bins`", program.display())));
        }
        let settings = if service == DASHBOARD {
            self.dashboard(port)?
        } else if service == OMS_READER {
            self.oms_reader(port)
        } else if SERVICES.contains(&service) {
            self.service(service, port)?
        } else {
            return Err(Error::said(format!("{service} is no service: there are {}", SERVICES.join(", "))));
        };
        let prefix = prefix(service);
        let settings = settings.into_iter().map(|(key, value)| (format!("{prefix}_{key}"), value)).collect();
        Ok(Plan { name: name.to_owned(), service: service.to_owned(), port, program, settings })
    }

    fn common(&self, port: u16) -> Vec<(&'static str, String)> {
        let mut settings = vec![
            ("LISTEN", format!("127.0.0.1:{port}")),
            ("TLS_CA", text(&self.certificates.join("ca.pem"))),
            ("IDENTITY_KEYS", text(self.keys_file)),
            ("IDENTITY_ISSUER", identity::ISSUER.to_owned()),
            ("IDENTITY_AUDIENCE", identity::AUDIENCE.to_owned()),
        ];
        if let Some(endpoint) = env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT").filter(|value| !value.is_empty()) {
            settings.push(("OTLP_ENDPOINT", endpoint.to_string_lossy().into_owned()));
        }
        settings
    }

    fn service(&self, service: &str, port: u16) -> Result<Vec<(&'static str, String)>> {
        let mut settings = self.common(port);
        settings.extend([
            ("DATABASE_URL", self.postgres.url(service, Login::Application)?),
            ("NATS_URL", self.nats.url()),
            ("NATS_CA", text(&self.certificates.join("ca.pem"))),
            ("NATS_SEED_FILE", text(&self.nats.credential(service)?.seed_file)),
            ("TLS_CERT", text(&self.certificates.join(format!("{service}.pem")))),
            ("TLS_KEY", text(&self.certificates.join(format!("{service}.key")))),
            ("AUDIT_PEERS", text(self.audit_keys)),
            ("AUDIT_KEY_FILE", text(&self.audit_keys.join(format!("{service}.key")))),
            ("VAULT_KEY_FILE", text(&self.vault_keys.join(format!("{service}.keys")))),
        ]);
        match service {
            // All data here are invented, and a developer should not wait a day to see a purge.
            "intake" => settings.extend([("SAFETY_URL", self.url("safety")?), ("DESTRUCTION_WAIT", "0".to_owned())]),
            "cases" => settings.extend([
                ("INTAKE_URL", self.url("intake")?),
                ("SAFETY_URL", self.url("safety")?),
                ("OMS_READER_URL", self.url(OMS_READER)?),
                ("DOCUMENTS", text(self.documents)),
            ]),
            "safety" => settings
                .extend([("NOTIFICATION_URL", self.url("notification")?), ("FIRST_ADMINISTRATORS", identity::first_administrators())]),
            "notification" => settings.extend([
                ("INTAKE_URL", self.url("intake")?),
                ("SAFETY_URL", self.url("safety")?),
                ("SMTP_URL", self.smtp_url.to_owned()),
                ("MAIL_FROM", "ro-local@example.org".to_owned()),
                // The catcher takes every message and sends none on, so the real domain is safe here.
                ("STAFF_DOMAINS", "csc-scc.gc.ca".to_owned()),
                ("DESTRUCTION_WAIT", "0".to_owned()),
                ("PUSH_KEY_FILE", text(self.push_keys)),
                ("PUSH_CONTACT", "mailto:ro-local@example.org".to_owned()),
            ]),
            _ => {}
        }
        if let ("notification", Ok(pages)) = (service, self.port("dashboard")) {
            settings.push(("DASHBOARD_LINK", format!("http://127.0.0.1:{pages}")));
        }
        Ok(settings)
    }

    fn dashboard(&self, port: u16) -> Result<Vec<(&'static str, String)>> {
        let mut settings = self.common(port);
        settings.extend([
            ("INTAKE_URL", self.url("intake")?),
            ("CASES_URL", self.url("cases")?),
            ("SAFETY_URL", self.url("safety")?),
            ("NOTIFICATION_URL", self.url("notification")?),
            ("REPORTING_URL", self.url("reporting")?),
            ("ISSUER_URL", self.issuer_url()?),
            // Every replica is one more address that the development sign-in leads back to.
            ("PUBLIC_ORIGIN", format!("http://127.0.0.1:{port}")),
            ("SESSION_KEY_FILE", text(self.session_keys)),
        ]);
        Ok(settings)
    }

    fn oms_reader(&self, port: u16) -> Vec<(&'static str, String)> {
        let mut settings = self.common(port);
        settings.extend([
            ("TLS_CERT", text(&self.certificates.join("oms-reader.pem"))),
            ("TLS_KEY", text(&self.certificates.join("oms-reader.key"))),
            ("SOURCE_URL", self.oms_url.to_owned()),
        ]);
        settings
    }

    fn url(&self, service: &str) -> Result<String> {
        Ok(format!("https://127.0.0.1:{}", self.port(service)?))
    }

    /// The port of a process.
    ///
    /// # Errors
    /// When it has none.
    pub fn port(&self, service: &str) -> Result<u16> {
        self.ports.get(service).copied().ok_or_else(|| Error::said(format!("{service} has no port")))
    }

    /// Where people sign in on this machine.
    ///
    /// # Errors
    /// When it has no port.
    pub fn issuer_url(&self) -> Result<String> {
        Ok(format!("http://127.0.0.1:{}", self.port(ISSUER)?))
    }
}

/// Prefix of the environment variables of a process.
fn prefix(service: &str) -> String {
    service.to_ascii_uppercase().replace('-', "_")
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
