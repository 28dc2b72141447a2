//! Secrets and configuration of the containers of `docker-compose.yml`: made once by `init`, and each container gets only its own part.
//!
//! `init` alone has the folder with everything. What another container needs is copied into a folder of that container, which is a
//! volume that nobody else mounts. Seeds and passwords are kept as long as the data; certificates and tokens are made again when they grow old.
//! For development and trials only: whoever can read the folder of `init` can be anybody.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use time::{Duration, OffsetDateTime};

use crate::{
    Description, ISSUER, OMS_READER, SERVICES,
    description::{self, Identity},
    error::{Doing, Error, Result},
    identity::{self, Issuer},
    nats, place,
    postgres::{self, Login, scram},
    secret,
    service::DASHBOARD,
};

/// Address of each service inside the network of the containers.
pub const ADDRESSES: [(&str, u16); 5] = [("intake", 8751), ("cases", 8752), ("safety", 8753), ("notification", 8754), ("reporting", 8755)];
const DASHBOARD_URL: &str = "http://dashboard:8785/";
const NATS: &str = "tls://nats:4222";
const DATABASE_HOST: &str = "postgres";
/// The administrator of the database, as the image of PostgreSQL makes it.
const ADMINISTRATOR: &str = "ro_admin";
/// Files that the containers read unchanged. Copied, because a file mounted from a checkout keeps an owner and a mode that the containers'
/// user may not be able to read.
const FILES: [(&str, &str); 3] = [
    ("nats/server.conf", include_str!("../../nats/server.conf")),
    ("postgres/pg_hba.conf", include_str!("../../postgres/pg_hba.conf")),
    ("telemetry/collector.yaml", include_str!("../../telemetry/collector.yaml")),
];
/// Certificates and tokens are valid for 30 days; older than this they are made again.
const RENEW_AFTER: Duration = Duration::days(20);
/// File that dates the certificates and tokens. Its name changes with their format: what was made in an older one is made again at once.
const ISSUED: &str = "issued-6";
const AUTHORITY: &str = "certificates/ca.pem";
const KEY_SET: &str = "identity/jwks.json";
const SESSION_KEYS: &str = "sessions/dashboard.keys";
const PUSH_KEYS: &str = "push/notification.keys";

/// The files of each container except `init`, which has all of them.
#[must_use]
pub fn parts() -> BTreeMap<String, BTreeSet<String>> {
    let mut parts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut give = |container: &str, files: &[&str]| {
        parts.entry(container.to_owned()).or_default().extend(files.iter().map(|file| (*file).to_owned()));
    };
    give(
        "nats",
        &["nats/server.conf", "nats/authorization.conf", "nats/encryption.conf", "certificates/nats.pem", "certificates/nats.key"],
    );
    give("postgres", &["postgres/pg_hba.conf", "postgres/admin.verifier", "certificates/postgres.pem", "certificates/postgres.key"]);
    give("roles", &["postgres/roles.sql"]);
    give("provision", &["nats/seeds/provisioner.nk", AUTHORITY]);
    for service in SERVICES {
        let own = |form: &str| form.replace("{}", service);
        give(&own("migrate-{}"), &[&own("postgres/{}_owner.pgpass"), AUTHORITY]);
        let files =
            ["postgres/{}.pgpass", "certificates/{}.pem", "certificates/{}.key", "nats/seeds/{}.nk", "audit/{}.key", "vault/{}.keys"];
        let files = files.map(own);
        give(service, &files.each_ref().map(String::as_str));
        give(service, &[AUTHORITY, KEY_SET]);
        // Each checks what the others sign.
        let public = SERVICES.map(|other| format!("audit/{other}.pub"));
        give(service, &public.each_ref().map(String::as_str));
    }
    give(OMS_READER, &["certificates/oms-reader.pem", "certificates/oms-reader.key", AUTHORITY, KEY_SET]);
    give("notification", &[PUSH_KEYS]);
    give(DASHBOARD, &[SESSION_KEYS, AUTHORITY, KEY_SET]);
    // It signs in whoever chooses an invented person: with the key that signs their tokens.
    give(ISSUER, &["identity/token-signing.pem"]);
    give("seed", &["stack.json", AUTHORITY]);
    give("ro", &["stack.json", AUTHORITY]);
    let logins = identity::PEOPLE.iter().filter_map(|person| person.bus);
    let seeds: Vec<String> = logins.map(|login| format!("nats/seeds/{login}.nk")).collect();
    give("ro", &seeds.iter().map(String::as_str).collect::<Vec<_>>());
    give("collector", &["telemetry/collector.yaml"]);
    parts
}

/// Fills the folder of `init`, and below `given` the folder of each other container, as its own `/state`. Answers whether certificates
/// and tokens were made.
///
/// # Errors
/// A folder cannot be written, or holds a file that is not ours.
pub fn fill(dir: &Path, given: &Path, now: OffsetDateTime) -> Result<bool> {
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
    for keys in [SESSION_KEYS, PUSH_KEYS] {
        identity::write_keys(&dir.join(keys))?;
    }
    let renewed = is_due(dir, now);
    if renewed {
        let login = |name: &str| {
            let found = credentials.iter().find(|c| c.name == name);
            found.ok_or_else(|| Error::said(format!("the bus has no credential named {name}")))
        };
        issue(dir, now, login)?;
    }
    for (container, files) in parts() {
        hand_out(dir, &given.join(container), &files)?;
    }
    Ok(renewed)
}

/// Makes a container's folder hold these files and no others.
fn hand_out(from: &Path, to: &Path, files: &BTreeSet<String>) -> Result<()> {
    secret::folder(to, 0o700)?;
    for file in files {
        let (source, target) = (from.join(file), to.join(file));
        let content = fs::read(&source).doing(|| format!("read {}", source.display()))?;
        if fs::read(&target).is_ok_and(|held| held == content) {
            continue;
        }
        if let Some(folder) = target.parent() {
            secret::folder(folder, 0o700)?;
        }
        secret::write(&target, &content)?;
    }
    take_back(to, to, files)
}

/// Removes what a former version gave and this one does not.
fn take_back(root: &Path, dir: &Path, files: &BTreeSet<String>) -> Result<()> {
    let doing = || format!("look through {}", dir.display());
    for entry in fs::read_dir(dir).doing(doing)? {
        let path = entry.doing(doing)?.path();
        if place::open_folder(&path).is_ok() {
            take_back(root, &path, files)?;
            continue;
        }
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        // Where an image keeps an empty folder, this file gives the volume its owner.
        if !files.contains(&name) && name != ".keep" {
            fs::remove_file(&path).doing(|| format!("remove {}", path.display()))?;
        }
    }
    Ok(())
}

fn is_due(dir: &Path, now: OffsetDateTime) -> bool {
    let issued = fs::read_to_string(dir.join(ISSUED)).ok().and_then(|text| text.trim().parse().ok());
    let issued = issued.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    issued.is_none_or(|issued| now - issued > RENEW_AFTER || issued > now)
}

fn issue<'a>(dir: &Path, now: OffsetDateTime, login: impl Fn(&str) -> Result<&'a nats::Credential>) -> Result<()> {
    let hosts: Vec<&str> = SERVICES.into_iter().chain([OMS_READER, DATABASE_HOST, identity::BUS]).collect();
    identity::write_certificates(&dir.join("certificates"), &hosts, now)?;
    let issuer = Issuer::open(&dir.join("identity"))?;
    let identities = issuer.identities(login, now)?;
    // As its readers find it, whatever the folder is called here.
    describe(Path::new("/state"), in_state(identities, dir)).save(&Description::path(dir))?;
    // Last: an interrupted run is done again from the start.
    secret::write(&dir.join(ISSUED), now.unix_timestamp().to_string().as_bytes())
}

fn in_state(identities: Vec<Identity>, dir: &Path) -> Vec<Identity> {
    let moved = |file: PathBuf| file.strip_prefix(dir).map_or_else(|_| file.clone(), |name| Path::new("/state").join(name));
    identities.into_iter().map(|identity| Identity { nats_seed_file: identity.nats_seed_file.map(moved), ..identity }).collect()
}

/// One password per role, kept as long as the folder, in the formats that PostgreSQL and its clients read. The server and the script that
/// creates the roles get a verifier, not the password.
fn write_passwords(dir: &Path) -> Result<()> {
    let kept = dir.join("passwords.json");
    let mut passwords: BTreeMap<String, String> = match fs::read(&kept) {
        Ok(text) => serde_json::from_slice(&text).map_err(|_| Error::said(format!("{} holds no passwords", kept.display())))?,
        Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(error).doing(|| format!("read {}", kept.display())),
    };
    let logins = SERVICES.iter().flat_map(|service| Login::ALL.map(|login| login.role(service)));
    for role in logins.chain([ADMINISTRATOR.to_owned()]) {
        if let std::collections::btree_map::Entry::Vacant(entry) = passwords.entry(role) {
            entry.insert(secret::random_hex::<24>()?);
        }
    }
    // Kept before they are used: a password the server knows and we do not would lock the data away.
    let text = serde_json::to_vec_pretty(&passwords).map_err(|_| Error::said("the passwords cannot be written"))?;
    secret::write(&kept, &text)?;
    for (role, password) in &passwords {
        let name = role.strip_prefix("ro_").unwrap_or(role);
        secret::write(&dir.join(format!("{name}.pgpass")), format!("*:*:*:{role}:{password}\n").as_bytes())?;
    }
    let verifier = |role: &str| passwords.get(role).map(|password| scram::verifier(password)).unwrap_or_default();
    secret::write(&dir.join("admin.verifier"), verifier(ADMINISTRATOR).as_bytes())?;
    let mut script = String::from(postgres::CLOSE_TO_THE_PUBLIC);
    for service in SERVICES {
        script += &postgres::service_script(service, verifier);
    }
    secret::write(&dir.join("roles.sql"), script.as_bytes())
}

/// Description of the stack for a client inside the network of the containers; logs and processes are the container engine's.
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
    let http = Some(DASHBOARD_URL.to_owned());
    services.insert(DASHBOARD.to_owned(), description::Service { grpc: None, http, pid: 0, log: PathBuf::new() });
    Description {
        version: description::VERSION,
        pid: 0,
        state_dir: dir.to_path_buf(),
        ca_file: dir.join(AUTHORITY),
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
    use std::os::unix::fs::PermissionsExt;

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

        fn fill(&self, now: OffsetDateTime) -> bool {
            super::fill(&self.0.join("state"), &self.0.join("given"), now).unwrap()
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

    #[test]
    fn a_second_run_changes_nothing_and_a_late_one_renews_certificates_but_no_password_and_no_seed() {
        let folder = Folder::new("twice");
        assert!(folder.fill(NOW));
        let first = folder.read();
        assert!(!folder.fill(NOW + Duration::days(1)));
        assert!(first == folder.read(), "the second run changed a file");
        assert!(folder.fill(NOW + Duration::days(25)));
        let late = folder.read();
        let changed: BTreeSet<_> = late.iter().filter(|(name, bytes)| first.get(*name) != Some(bytes)).map(|(name, _)| name).collect();
        for renewed in ["state/certificates/ca.pem", "given/cases/certificates/cases.pem", "given/intake/certificates/ca.pem"] {
            assert!(changed.contains(&PathBuf::from(renewed)), "{renewed}");
        }
        for name in changed {
            // Below the folder of everything, or of one container.
            let above = if name.starts_with("state") { 1 } else { 2 };
            let inside: PathBuf = name.components().skip(above).collect();
            assert!(
                !["postgres", "nats", "audit", "vault", "identity", "sessions"].iter().any(|kept| inside.starts_with(kept)),
                "{}",
                name.display()
            );
        }
    }

    #[test]
    fn nobody_but_the_owner_reads_a_file_and_what_a_former_version_gave_is_taken_back() {
        let folder = Folder::new("modes");
        folder.fill(NOW);
        let own = folder.0.join("given/safety");
        fs::write(own.join("identities.json"), "former").unwrap();
        fs::write(own.join("audit/intake.key"), "former").unwrap();
        fs::write(own.join(".keep"), "").unwrap();
        folder.fill(NOW);
        assert!(!own.join("identities.json").exists() && !own.join("audit/intake.key").exists());
        fs::remove_file(own.join(".keep")).unwrap();
        for name in folder.read().keys() {
            let mode = fs::metadata(folder.0.join(name)).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", name.display());
        }
    }

    #[test]
    fn the_bus_understands_its_configuration_with_what_its_own_container_is_given() {
        let folder = Folder::new("bus");
        folder.fill(NOW);
        let own = folder.0.join("given/nats");
        let tool = crate::tools::nats_server(&crate::tools::Wishes::from_env(), &mut |_| ()).unwrap();
        let file = own.join("nats/server.conf");
        // Here the folder is not where the container finds it.
        let here = fs::read_to_string(&file).unwrap().replace("/state/", &format!("{}/", own.display()));
        fs::write(&file, here).unwrap();
        let told = std::process::Command::new(&tool.program).arg("-t").arg("-c").arg(&file).output().unwrap();
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        fs::write(&file, fs::read_to_string(&file).unwrap().replace("sync_interval", "sink_interval")).unwrap();
        let told = std::process::Command::new(&tool.program).arg("-t").arg("-c").arg(&file).status().unwrap();
        assert!(!told.success(), "the check notices nothing");
    }
}
