//! A private nats-server: loopback only, TLS, fsync on every message, an encrypted store, one credential per service, site and region.
//!
//! Permissions come from `proto::subject`; what is not listed there is denied. The streams are in an account that nobody logs in to; every
//! login has an account of its own. Permissions alone are not enough: the server sends its answer wherever the sender asks, and checks only
//! what the sender itself publishes. In an account of its own such an answer reaches nobody else and commands nothing (THREAT-18).

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt, fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::AtomicBool,
    time::Duration,
};

use nkeys::KeyPair;
use proto::{
    id::{Region, SiteCode},
    subject::{self, Permissions},
};

use crate::{
    SERVICES,
    error::{Doing, Error, Result},
    process::{self, Process, Spec},
    secret, sys,
    tools::NatsTool,
};

const READY_TIMEOUT: Duration = Duration::from_secs(120);

/// One login to the bus; its seed is in a file of mode 0600.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    pub name: String,
    pub public_key: String,
    pub seed_file: PathBuf,
    pub inbox_prefix: String,
    pub permissions: Permissions,
    /// Logs in to the account of the streams, with the JetStream API. Only a measurement of the bare server does.
    pub at_home: bool,
}

/// Every credential of the local bus: services, provisioner, dashboard, the given sites, and all regions.
///
/// # Errors
/// When a seed cannot be read or written.
pub fn credentials(seeds: &Path, sites: &[SiteCode]) -> Result<Vec<Credential>> {
    secret::folder(seeds, 0o700)?;
    let mut wanted: Vec<(String, Permissions)> =
        SERVICES.iter().map(|name| ((*name).to_owned(), subject::service_permissions(name))).collect();
    wanted.push(("provisioner".into(), subject::provisioner_permissions()));
    wanted.push(("dashboard".into(), subject::dashboard_permissions()));
    wanted.extend(sites.iter().map(|site| (format!("site-{site}"), subject::site_permissions(site))));
    wanted.extend(Region::ALL.iter().map(|&region| (format!("region-{}", region.code()), subject::region_permissions(region))));
    wanted.into_iter().map(|(name, permissions)| credential(seeds, name, permissions)).collect()
}

fn credential(seeds: &Path, name: String, permissions: Permissions) -> Result<Credential> {
    let seed_file = seeds.join(format!("{name}.nk"));
    let refused = |_| Error::said(format!("{} is no seed: remove the file, a new one is made", seed_file.display()));
    let key = if seed_file.is_file() {
        let seed = fs::read_to_string(&seed_file).doing(|| format!("read {}", seed_file.display()))?;
        KeyPair::from_seed(seed.trim()).map_err(refused)?
    } else {
        let key = KeyPair::new_user();
        secret::write(&seed_file, key.seed().map_err(refused)?.as_bytes())?;
        key
    };
    Ok(Credential {
        inbox_prefix: subject::inbox_prefix(&name),
        public_key: key.public_key(),
        name,
        seed_file,
        permissions,
        at_home: false,
    })
}

/// The file beside the configuration that says how the store is encrypted.
const ENCRYPTION: &str = "encryption.conf";

/// Makes the encryption key of the store, where there is none: a file of its own, so that a copy of the store or of the configuration does
/// not hold it. Kept as long as the store: without it the store cannot be read.
///
/// # Errors
/// When the file cannot be written.
pub fn write_encryption(file: &Path) -> Result<()> {
    if file.is_file() {
        return Ok(());
    }
    secret::write(file, format!("cipher: aes\nkey: \"{}\"\n", secret::random_hex::<32>()?).as_bytes())
}

/// The server's configuration. Without certificates it uses plain text and no encryption, to measure their cost.
#[must_use]
pub fn configuration(dir: &Path, port: Option<u16>, certificates: Option<&Path>, credentials: &[Credential]) -> String {
    let path = |name: &str| json(&dir.join(name).to_string_lossy());
    let port = port.map_or_else(|| "-1".to_owned(), |port| port.to_string());
    format!(
        "# Written at each start. Permissions come from proto/src/subject/.\n\
         server_name: \"ro-local\"\n\
         listen: \"127.0.0.1:{port}\"\n\
         http: \"127.0.0.1:-1\"\n\
         ports_file_dir: {ports}\n\
         max_payload: 1MB\n\
         {tls}jetstream {{\n  store_dir: {store}\n  max_mem: 64MB\n  max_file: 32GB\n  sync_interval: always\n{encryption}}}\n{authorization}",
        ports = path("ports"),
        store = path("store"),
        tls = certificates.map(tls).unwrap_or_default(),
        encryption = certificates.map(|_| format!("  include {}\n", json(ENCRYPTION))).unwrap_or_default(),
        authorization = authorization(credentials),
    )
}

/// The TLS part of the configuration. Clients have no certificate: each authenticates with its NKey. A plain-text connection is refused.
fn tls(certificates: &Path) -> String {
    let path = |name: &str| json(&certificates.join(name).to_string_lossy());
    format!("tls {{\n  cert_file: {}\n  key_file: {}\n  timeout: 5\n}}\n", path("nats.pem"), path("nats.key"))
}

/// The accounts part of the configuration: every login with its permissions; no other is accepted.
#[must_use]
pub fn authorization(credentials: &[Credential]) -> String {
    let mut accounts: BTreeMap<&str, Account> = BTreeMap::new();
    accounts.entry(HOME).or_default().head.push_str("    jetstream: enabled\n");
    for credential in credentials {
        let name = if credential.at_home { HOME } else { &credential.name };
        accounts.entry(name).or_default().users += &user(credential);
        for crossing in crossings(credential).filter(|_| !credential.at_home) {
            let Crossing { kind, from, subject, alias, .. } = &crossing;
            let alias = alias.map(|alias| format!(", to: {}", json(alias))).unwrap_or_default();
            let import = format!("      {{ {kind}: {{ account: {}, subject: {} }}{alias} }}\n", json(from), json(subject));
            accounts.entry(name).or_default().imports += &import;
            accounts.entry(from).or_default().exports.entry(crossing).or_default().push(json(name));
        }
        for crossing in raises(credential) {
            let import = format!("      {{ {}: {{ account: {}, subject: {} }} }}\n", crossing.kind, json(name), json(&crossing.subject));
            accounts.entry(LISTENER).or_default().imports += &import;
            accounts.entry(name).or_default().exports.entry(crossing).or_default().push(json(LISTENER));
        }
        if is_outside(&credential.name) {
            accounts.entry(name).or_default().head = OUTSIDE.to_owned();
        }
    }
    let accounts: String = accounts.iter().map(|(name, account)| format!("  {}: {{\n{account}  }}\n", json(name))).collect();
    format!("accounts {{\n{accounts}}}\n")
}

/// The service that receives the raises of sites live, beside the stream that stores them.
const LISTENER: &str = "safety";

/// Export of a site's raises from the site's account to the service that receives them live.
fn raises(credential: &Credential) -> impl Iterator<Item = Crossing<'_>> {
    let raised = credential.permissions.publish.iter().filter(|subject| {
        let root = subject::EVERY_RAISE.trim_end_matches('*');
        !credential.at_home && subject.strip_prefix(root).is_some_and(|site| !site.contains(['.', '*', '>']))
    });
    raised.map(|subject| Crossing { kind: "stream", from: &credential.name, subject: subject.into(), alias: None, many_answers: false })
}

/// Limits of an outside login: no client needs more, and a program in a loop cannot starve the others.
const OUTSIDE: &str = "    limits: { max_connections: 64, max_subscriptions: 1024 }\n";

fn is_outside(login: &str) -> bool {
    ["site-", "region-"].iter().any(|kind| login.starts_with(kind))
}

/// The account of the streams.
const HOME: &str = "RO";

#[derive(Default)]
struct Account<'a> {
    head: String,
    users: String,
    imports: String,
    /// Its exports, each with the accounts that may import it.
    exports: BTreeMap<Crossing<'a>, Vec<String>>,
}

impl fmt::Display for Account<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { head, users, imports, exports } = self;
        write!(f, "{head}    users: [\n{users}    ]\n    imports: [\n{imports}    ]\n    exports: [\n")?;
        for (crossing, accounts) in exports {
            let answers = if crossing.many_answers { ", response: stream" } else { "" };
            writeln!(f, "      {{ {}: {}{answers}, accounts: [{}] }}", crossing.kind, json(&crossing.subject), accounts.join(", "))?;
        }
        writeln!(f, "    ]")
    }
}

/// One subject exported from one account to another.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Crossing<'a> {
    kind: &'static str,
    /// The exporting account.
    from: &'a str,
    /// Its name in that account.
    subject: Cow<'a, str>,
    /// Its name in the account of the login, where that differs.
    alias: Option<&'a str>,
    /// Whether one request gets several answers, as the messages of a consumer do.
    many_answers: bool,
}

/// Imports and exports of a login. What it publishes crosses to the streams as a request; what it reads live comes from the publishing
/// service. The server forwards nothing through two accounts, so no answer to a request reaches anybody outside either.
fn crossings(credential: &Credential) -> impl Iterator<Item = Crossing<'_>> {
    let own = format!("{}.", credential.inbox_prefix);
    let sent = credential.permissions.publish.iter().map(|subject| {
        let call = subject.strip_prefix(subject::JETSTREAM);
        Crossing {
            kind: "service",
            from: HOME,
            subject: call.map_or(Cow::Borrowed(subject.as_str()), |call| Cow::Owned(format!("{SERVERS_OWN}{call}"))),
            alias: call.map(|_| subject.as_str()),
            many_answers: call.is_some_and(|call| call.starts_with(".CONSUMER.MSG.NEXT.")),
        }
    });
    // What it receives from other accounts is imported from there: see [`raises`].
    let read = credential.permissions.subscribe.iter();
    let read = read.filter(move |subject| !subject.starts_with(&own) && subject::owner(subject) != credential.name);
    sent.chain(read.map(|subject| Crossing {
        kind: "stream",
        from: subject::owner(subject),
        subject: subject.into(),
        alias: None,
        many_answers: false,
    }))
}

/// Subject prefix of the JetStream API. Every account has its own API under that name, so ours is imported under another.
const SERVERS_OWN: &str = "$JS.API";

fn user(credential: &Credential) -> String {
    let rule = |subjects: &[String]| {
        if subjects.is_empty() {
            return "{ deny: [\">\"] }".to_owned();
        }
        let all: Vec<String> = subjects.iter().map(|subject| json(subject)).collect();
        format!("{{ allow: [{}] }}", all.join(", "))
    };
    format!(
        "    # {}\n    {{ nkey: {}, permissions: {{ publish: {}, subscribe: {} }} }}\n",
        credential.name,
        credential.public_key,
        rule(&credential.permissions.publish),
        rule(&credential.permissions.subscribe),
    )
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A running nats-server.
#[derive(Debug)]
pub struct Nats {
    tool: NatsTool,
    dir: PathBuf,
    log: PathBuf,
    certificates: Option<PathBuf>,
    credentials: Vec<Credential>,
    port: u16,
    monitor: SocketAddr,
    pub process: Process,
}

impl Nats {
    /// Starts the server over the messages kept in `dir`. Without a port the server takes any free one. `certificates` is the folder
    /// with its certificate, `nats.pem` and `nats.key`; without it see [`configuration`].
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start(
        tool: &NatsTool,
        dir: &Path,
        logs: &Path,
        port: Option<u16>,
        certificates: Option<&Path>,
        credentials: Vec<Credential>,
        cancel: &AtomicBool,
    ) -> Result<Self> {
        for folder in [dir.to_path_buf(), dir.join("ports"), dir.join("store")] {
            secret::folder(&folder, 0o700)?;
        }
        write_encryption(&dir.join(ENCRYPTION))?;
        let (log, certificates) = (logs.join("nats.log"), certificates.map(Path::to_path_buf));
        let config = |port| configuration(dir, port, certificates.as_deref(), &credentials);
        let (process, port, monitor) = launch(tool, dir, &log, &config(port), cancel)?;
        Ok(Self { tool: tool.clone(), dir: dir.to_path_buf(), log, certificates, credentials, port, monitor, process })
    }

    /// Starts the server again on the same port, after it was stopped or killed.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn restart(&mut self, cancel: &AtomicBool) -> Result<()> {
        process::stop_all(&mut [&mut self.process], process::GRACE);
        let config = configuration(&self.dir, Some(self.port), self.certificates.as_deref(), &self.credentials);
        let (process, port, monitor) = launch(&self.tool, &self.dir, &self.log, &config, cancel)?;
        (self.process, self.port, self.monitor) = (process, port, monitor);
        Ok(())
    }

    /// The address for clients.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.certificates.is_some() { "tls" } else { "nats" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// The address of the monitoring pages.
    #[must_use]
    pub fn monitor_url(&self) -> String {
        format!("http://{}", self.monitor)
    }

    /// The credential of this name: a service, `provisioner`, `dashboard`, `site-<site>` or `region-<region>`.
    ///
    /// # Errors
    /// When there is none.
    pub fn credential(&self, name: &str) -> Result<&Credential> {
        self.credentials
            .iter()
            .find(|credential| credential.name == name)
            .ok_or_else(|| Error::said(format!("the bus has no credential named {name}")))
    }
}

fn launch(tool: &NatsTool, dir: &Path, log: &Path, configuration: &str, cancel: &AtomicBool) -> Result<(Process, u16, SocketAddr)> {
    let config = dir.join("nats.conf");
    secret::write(&config, configuration.as_bytes())?;
    let ports = dir.join("ports");
    for stale in fs::read_dir(&ports).into_iter().flatten().flatten() {
        let _gone = fs::remove_file(stale.path());
    }
    let mut command = Command::new(&tool.program);
    command.env_clear().env("PATH", "/usr/bin:/bin").current_dir(dir).arg("-c").arg(&config);
    let mut process = Process::spawn(Spec {
        name: "nats".into(),
        command,
        log: log.to_path_buf(),
        stop_signal: sys::SIGTERM,
        death_signal: sys::SIGTERM,
    })?;
    let file = ports.join(format!("nats-server_{}.ports", process.pid()));
    let mut found = None;
    // Asked before health: a server that cannot read its streams starts without them.
    let mut locked = false;
    let ready = process.wait_ready(READY_TIMEOUT, cancel, || {
        locked = process::tail(log, 50).iter().any(|line| line.contains("Error decrypting"));
        found = chosen(&file);
        locked || found.is_some_and(|(_, monitor)| is_healthy(monitor))
    });
    if locked {
        return Err(Error::said(format!(
            "the messages kept in {0} were encrypted with another key than the one in {0}/{ENCRYPTION}: bring that file back, or drop the messages with `cargo ro reset`",
            dir.display()
        )));
    }
    if ready.is_err() && process::tail(log, 50).iter().any(|line| line.contains("could not be recovered")) {
        return Err(Error::said(format!(
            "the messages kept in {} were written under another layout of the bus: drop them with `cargo ro reset` or start with `cargo ro up --fresh`",
            dir.display()
        )));
    }
    ready?;
    let (client, monitor) = found.ok_or_else(|| Error::said("nats-server told no port"))?;
    Ok((process, client, monitor))
}

/// The ports that the server wrote: client and monitoring.
fn chosen(file: &Path) -> Option<(u16, SocketAddr)> {
    let told: serde_json::Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    let address = |kind: &str| -> Option<SocketAddr> { told.get(kind)?.get(0)?.as_str()?.rsplit_once("//")?.1.parse().ok() };
    Some((address("nats")?.port(), address("monitoring")?))
}

/// Asks this server, and not whatever else may listen somewhere, whether JetStream is up.
fn is_healthy(monitor: SocketAddr) -> bool {
    let limit = Duration::from_millis(500);
    let answer = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&monitor, limit)?;
        stream.set_read_timeout(Some(limit))?;
        stream.write_all(b"GET /healthz HTTP/1.0\r\nhost: localhost\r\n\r\n")?;
        let mut text = String::new();
        stream.take(4096).read_to_string(&mut text)?;
        Ok(text)
    };
    answer().is_ok_and(|text| text.lines().next().is_some_and(|status| status.contains(" 200 ")))
}
