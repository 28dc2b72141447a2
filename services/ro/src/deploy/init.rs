//! `ro init`: fills the state volume that the containers of `docker-compose.yml` share. May run any number of times.
//!
//! Seeds and passwords are made once and kept as long as the data. Certificates and tokens are made again when they grow old.
//! For development and trials only: whoever can read the folder can be anybody.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;
use local::{
    Description, OMS_READER, SERVICES, clock,
    description::{self, Identity},
    identity::{self, Issuer},
    nats,
    postgres::{self, Login},
    secret,
};
use time::{Duration, OffsetDateTime};

use crate::print;

/// Make what a set of containers needs before it starts
#[derive(Debug, Args)]
pub struct Init {
    /// Folder to fill: the volume that the containers share
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

/// Where each service answers inside the network of the containers.
const ADDRESSES: [(&str, u16); 5] = [("intake", 50051), ("cases", 50052), ("safety", 50053), ("notification", 50054), ("reporting", 50055)];
const DASHBOARD: &str = "http://dashboard:8785/";
const NATS: &str = "tls://nats:4222";
const DATABASE_HOST: &str = "postgres";
/// The administrator of the database, as the image of PostgreSQL makes it.
const ADMINISTRATOR: &str = "ro_admin";
/// Files that the containers read as they stand. Copied, because a file mounted from a checkout keeps an owner and a mode that
/// the containers' user may not be able to read.
const FILES: [(&str, &str); 3] = [
    ("nats/server.conf", include_str!("../../../../deploy/nats/server.conf")),
    ("postgres/pg_hba.conf", include_str!("../../../../deploy/postgres/pg_hba.conf")),
    ("telemetry/collector.yaml", include_str!("../../../../deploy/telemetry/collector.yaml")),
];
/// Certificates and tokens are valid for 30 days; older than this they are made again.
const RENEW_AFTER: Duration = Duration::days(20);
/// When they were made. The name changes with their form: what was made in an older one is made again at once.
const ISSUED: &str = "issued-4";

impl Init {
    /// # Errors
    /// The folder cannot be written, or holds a file that is not ours.
    pub fn run(&self) -> anyhow::Result<()> {
        let renewed = fill(&self.dir, clock::now())?;
        print::note(format!("{} is complete", self.dir.display()));
        if renewed {
            print::note(
                "certificates and tokens are new: running services take the certificates by themselves; restart the dashboard, and have a running bus read its own: docker compose kill -s HUP nats",
            );
        }
        Ok(())
    }
}

/// Fills the folder; answers whether certificates and tokens were made.
fn fill(dir: &Path, now: OffsetDateTime) -> anyhow::Result<bool> {
    for (path, content) in FILES {
        let path = dir.join(path);
        secret::folder(path.parent().unwrap_or(dir), 0o700)?;
        secret::write(&path, content.as_bytes())?;
    }
    let credentials = nats::credentials(&dir.join("nats/seeds"), &identity::sites())?;
    secret::write(&dir.join("nats/authorization.conf"), nats::authorization(&credentials).as_bytes())?;
    nats::write_encryption(&dir.join("nats/encryption.conf"))?;
    write_passwords(&dir.join("postgres"))?;
    identity::write_audit_keys(&dir.join("audit"), &SERVICES)?;
    identity::write_vault_keys(&dir.join("vault"), &SERVICES)?;
    let renewed = is_due(dir, now);
    if renewed {
        let login = |name: &str| {
            let found = credentials.iter().find(|c| c.name == name);
            found.ok_or_else(|| local::Error::said(format!("the bus has no credential named {name}")))
        };
        issue(dir, now, login)?;
    }
    Ok(renewed)
}

fn is_due(dir: &Path, now: OffsetDateTime) -> bool {
    let issued = fs::read_to_string(dir.join(ISSUED)).ok().and_then(|text| text.trim().parse().ok());
    let issued = issued.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    issued.is_none_or(|issued| now - issued > RENEW_AFTER || issued > now)
}

fn issue<'a>(dir: &Path, now: OffsetDateTime, login: impl Fn(&str) -> local::Result<&'a nats::Credential>) -> anyhow::Result<()> {
    let hosts: Vec<&str> = SERVICES.into_iter().chain([OMS_READER, DATABASE_HOST, identity::BUS]).collect();
    identity::write_certificates(&dir.join("certificates"), &hosts, now)?;
    let issuer = Issuer::open(&dir.join("identity"))?;
    let identities = issuer.identities(login, now)?;
    secret::write(&dir.join("identities.json"), &serde_json::to_vec_pretty(&identities)?)?;
    describe(dir, identities).save(&Description::path(dir))?;
    // Last: an interrupted run is done again from the start.
    secret::write(&dir.join(ISSUED), now.unix_timestamp().to_string().as_bytes())?;
    Ok(())
}

/// One password per role, kept as long as the folder; the forms in which PostgreSQL and its clients read them.
fn write_passwords(dir: &Path) -> anyhow::Result<()> {
    let kept = dir.join("passwords.json");
    let mut passwords: BTreeMap<String, String> = match fs::read(&kept) {
        Ok(text) => serde_json::from_slice(&text).with_context(|| format!("{} cannot be read", kept.display()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", kept.display())),
    };
    let logins = SERVICES.iter().flat_map(|service| Login::ALL.map(|login| login.role(service)));
    let roles = logins.chain([ADMINISTRATOR.to_owned()]);
    for role in roles {
        if let std::collections::btree_map::Entry::Vacant(entry) = passwords.entry(role) {
            entry.insert(secret::random_hex::<24>()?);
        }
    }
    // Kept before they are used: a password the server knows and we do not would lock the data away.
    secret::write(&kept, &serde_json::to_vec_pretty(&passwords)?)?;
    let mut script = String::from(postgres::CLOSE_TO_THE_PUBLIC);
    for (role, password) in &passwords {
        let name = role.strip_prefix("ro_").unwrap_or(role);
        secret::write(&dir.join(format!("{name}.pgpass")), format!("*:*:*:{role}:{password}\n").as_bytes())?;
        if role == ADMINISTRATOR {
            secret::write(&dir.join("admin.password"), password.as_bytes())?;
        }
    }
    for service in SERVICES {
        script += &postgres::service_script(service, |role| passwords.get(role).cloned().unwrap_or_default());
    }
    secret::write(&dir.join("roles.sql"), script.as_bytes())?;
    Ok(())
}

/// The stack as a client inside the network of the containers sees it; logs and processes are the engine's.
fn describe(dir: &Path, identities: Vec<Identity>) -> Description {
    let databases = |login: Login| {
        let database = |name: &str| (name.to_owned(), format!("postgres://{}@{DATABASE_HOST}:5432/ro_{name}", login.role(name)));
        SERVICES.iter().map(|name| database(name)).collect()
    };
    let address = |(name, port): (&str, u16)| {
        let grpc = Some(format!("https://{name}:{port}"));
        (name.to_owned(), description::Service { grpc, http: None, pid: 0, log: PathBuf::new() })
    };
    let mut services: BTreeMap<_, _> = ADDRESSES.into_iter().map(address).collect();
    let http = Some(DASHBOARD.to_owned());
    services.insert("dashboard".to_owned(), description::Service { grpc: None, http, pid: 0, log: PathBuf::new() });
    Description {
        version: description::VERSION,
        pid: 0,
        state_dir: dir.to_path_buf(),
        ca_file: dir.join("certificates/ca.pem"),
        nats: description::Nats { url: NATS.to_owned(), monitor: String::new(), pid: 0, version: String::new(), log: PathBuf::new() },
        postgres: description::Postgres {
            socket_dir: PathBuf::new(),
            bin_dir: PathBuf::new(),
            library_dir: None,
            pid: 0,
            version: String::new(),
            log: PathBuf::new(),
            databases: databases(Login::Application),
            owners: databases(Login::Owner),
            auditors: databases(Login::Auditor),
        },
        services,
        mail_dir: PathBuf::new(),
        identities,
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, os::unix::fs::PermissionsExt};

    use super::*;

    const NOW: OffsetDateTime = time::macros::datetime!(2030-04-01 12:00 UTC);

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let dir = std::env::temp_dir().join(format!("ro-init-{name}-{}", std::process::id()));
            let _absent = fs::remove_dir_all(&dir);
            fs::create_dir_all(&dir).unwrap();
            Self(dir)
        }

        fn read(&self) -> BTreeMap<PathBuf, Vec<u8>> {
            let mut found = BTreeMap::new();
            let mut folders = vec![self.0.clone()];
            while let Some(folder) = folders.pop() {
                for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                    if path.is_dir() {
                        folders.push(path);
                    } else {
                        let name = path.strip_prefix(&self.0).unwrap().to_path_buf();
                        found.insert(name, fs::read(path).unwrap());
                    }
                }
            }
            found
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _gone = fs::remove_dir_all(&self.0);
        }
    }

    fn compose() -> String {
        fs::read_to_string(crate::stack::checkout().join("docker-compose.yml")).unwrap()
    }

    #[test]
    fn a_second_run_changes_nothing_and_a_late_one_renews_certificates_but_no_password_and_no_seed() {
        let folder = Folder::new("twice");
        assert!(fill(&folder.0, NOW).unwrap());
        let first = folder.read();
        assert!(!fill(&folder.0, NOW + Duration::days(1)).unwrap());
        assert!(first == folder.read(), "the second run changed a file");
        assert!(fill(&folder.0, NOW + Duration::days(25)).unwrap());
        let late = folder.read();
        let changed: BTreeSet<_> = late.iter().filter(|(name, bytes)| first.get(*name) != Some(bytes)).map(|(name, _)| name).collect();
        assert!(changed.contains(&PathBuf::from("certificates/ca.pem")) && changed.contains(&PathBuf::from("certificates/cases.pem")));
        for name in changed {
            assert!(
                !name.starts_with("postgres") && !name.starts_with("nats") && !name.starts_with("audit") && !name.starts_with("identity"),
                "{}",
                name.display()
            );
        }
    }

    #[test]
    fn nobody_but_the_owner_reads_a_file() {
        let folder = Folder::new("modes");
        fill(&folder.0, NOW).unwrap();
        for name in folder.read().keys() {
            let mode = fs::metadata(folder.0.join(name)).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", name.display());
        }
    }

    #[test]
    fn every_file_that_the_containers_read_is_made() {
        let folder = Folder::new("files");
        fill(&folder.0, NOW).unwrap();
        let text = compose();
        let named: BTreeSet<&str> = text
            .split("/state/")
            .skip(1)
            .filter_map(|rest| rest.split(|c: char| !(c.is_ascii_alphanumeric() || "-./_".contains(c))).next())
            .filter(|name| !name.is_empty())
            .collect();
        assert!(named.len() > 20, "only {named:?}");
        for name in named {
            assert!(folder.0.join(name).exists(), "docker-compose.yml reads /state/{name}");
        }
    }

    #[test]
    fn the_bus_understands_its_configuration() {
        let folder = Folder::new("bus");
        fill(&folder.0, NOW).unwrap();
        let tool = local::tools::nats_server(&local::tools::Wishes::from_env(), &mut |_| ()).unwrap();
        let file = folder.0.join("nats/server.conf");
        // Here the folder is not where the containers find it.
        let here = fs::read_to_string(&file).unwrap().replace("/state/", &format!("{}/", folder.0.display()));
        fs::write(&file, here).unwrap();
        let told = std::process::Command::new(&tool.program).arg("-t").arg("-c").arg(&file).output().unwrap();
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        fs::write(&file, fs::read_to_string(&file).unwrap().replace("sync_interval", "sink_interval")).unwrap();
        let told = std::process::Command::new(&tool.program).arg("-t").arg("-c").arg(&file).status().unwrap();
        assert!(!told.success(), "the check notices nothing");
    }

    #[test]
    fn the_addresses_of_the_description_are_those_the_containers_listen_on() {
        let text = compose();
        for (service, port) in ADDRESSES {
            let listens = format!("{}_LISTEN: \"0.0.0.0:{port}\"", service.to_uppercase());
            assert!(text.contains(&listens), "{listens}");
        }
        assert!(text.contains("DASHBOARD_LISTEN: \"0.0.0.0:8785\""));
    }
}
