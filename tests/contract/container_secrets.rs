//! Secrets readable in each container of `docker-compose.yml`: the rendered file against what `ro init` writes for each of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use local::{OMS_READER, SERVICES, containers, identity};
use serde_yaml_ng::Value;

use crate::compose::{all, compose, environment, service, strings, text};

/// What `ro init` fills, gone with this value.
struct Filled(PathBuf);

impl Filled {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("ro-given-{name}-{}", std::process::id()));
        let _former = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        let filled = Self(dir);
        containers::fill(&filled.everything(), &filled.0.join("given"), local::clock::now()).unwrap();
        filled
    }

    fn everything(&self) -> PathBuf {
        self.0.join("state")
    }

    fn of(&self, container: &str) -> PathBuf {
        self.0.join("given").join(container)
    }
}

impl Drop for Filled {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

/// Every file below a folder, by its name there.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn each_container_mounts_a_volume_of_its_own_and_only_init_the_one_with_everything() {
    let compose = compose();
    let parts = containers::parts();
    let mut users: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (name, service) in all(&compose) {
        let volumes = strings(service.get("volumes"));
        for volume in &volumes {
            users.entry(volume.split(':').next().unwrap().to_owned()).or_default().insert(name);
        }
        if name == "init" {
            let mut expected: BTreeSet<String> = parts.keys().map(|part| format!("state-{part}:/given/{part}")).collect();
            expected.insert("state:/state".to_owned());
            let state: BTreeSet<String> = volumes.into_iter().filter(|volume| volume.starts_with("state")).collect();
            assert_eq!(state, expected);
            continue;
        }
        assert!(parts.contains_key(name), "{name} is given nothing");
        let state: Vec<_> = volumes.iter().filter(|volume| volume.starts_with("state") || volume.contains(":/state")).collect();
        assert_eq!(state, [&format!("state-{name}:/state:ro")], "{name}");
    }
    for (data, whose) in [
        ("nats-data", BTreeSet::from(["init", "nats"])),
        ("postgres-data", BTreeSet::from(["init", "postgres"])),
        ("postgres-socket", BTreeSet::from(["init", "postgres", "roles"])),
        ("documents", BTreeSet::from(["init", "cases"])),
        ("state", BTreeSet::from(["init"])),
    ] {
        assert_eq!(users.get(data), Some(&whose), "{data}");
    }
    let declared = compose.get("volumes").and_then(Value::as_mapping).unwrap();
    let declared: BTreeSet<String> = declared.keys().map(|name| name.as_str().unwrap().to_owned()).collect();
    assert_eq!(users.into_keys().collect::<BTreeSet<_>>(), declared);
    // A volume takes its owner from the folder that it is first mounted over.
    let image = crate::repo::read("deploy/images/Dockerfile");
    for part in parts.keys() {
        assert!(
            image.contains(&format!("given/{part} ")) || image.contains(&format!("given/{part};")),
            "{part} has no folder in the image"
        );
    }
}

/// Places below `/state/` that a text names.
fn named(text: &str) -> BTreeSet<String> {
    let place = |rest: &str| rest.split(|c: char| !(c.is_ascii_alphanumeric() || "-./_".contains(c))).next().map(str::to_owned);
    text.split("/state/").skip(1).filter_map(place).filter(|name| !name.is_empty()).collect()
}

#[test]
fn every_file_that_a_container_is_told_to_read_is_in_its_own_part() {
    let (compose, filled) = (compose(), Filled::new("named"));
    let mut looked = 0;
    for (name, service) in all(&compose).into_iter().filter(|(name, _)| *name != "init") {
        let mut told = serde_yaml_ng::to_string(service).unwrap();
        if name.starts_with("migrate-") {
            // It has all settings of its service, and reads the login of the owner only.
            let reads = |setting: &str| setting == "PGPASSFILE" || setting.ends_with("_DATABASE_OWNER_URL");
            told = environment(service).into_iter().filter(|(setting, _)| reads(setting)).map(|(_, value)| value + "\n").collect();
        }
        // What these two are told to read names further files. The seed reads the addresses and tokens of the same description, and no more.
        if let Some((_, file)) = [("nats", "nats/server.conf"), ("ro", "stack.json")].into_iter().find(|(reader, _)| *reader == name) {
            told += &fs::read_to_string(filled.of(name).join(file)).unwrap();
        }
        for place in named(&told) {
            assert!(filled.of(name).join(&place).exists(), "{name} reads /state/{place}");
            looked += 1;
        }
    }
    assert!(looked > 60, "only {looked}");
}

/// Everything that must not be read by whoever likes, and the containers that may read it beside `init`.
fn secrets(everything: &BTreeMap<String, Vec<u8>>) -> Vec<(String, Vec<u8>, BTreeSet<String>)> {
    let content = |file: String| everything.get(&file).unwrap_or_else(|| panic!("there is no {file}")).clone();
    let whose = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let mut all = vec![
        ("identity/token-signing.pem".to_owned(), content("identity/token-signing.pem".into()), whose(&["issuer"])),
        ("postgres/passwords.json".to_owned(), content("postgres/passwords.json".into()), whose(&[])),
        ("nats/encryption.conf".to_owned(), content("nats/encryption.conf".into()), whose(&["nats"])),
        ("nats/seeds/provisioner.nk".to_owned(), content("nats/seeds/provisioner.nk".into()), whose(&["provision"])),
        ("sessions/dashboard.keys".to_owned(), content("sessions/dashboard.keys".into()), whose(&["dashboard"])),
        ("push/notification.keys".to_owned(), content("push/notification.keys".into()), whose(&["notification"])),
        ("stack.json".to_owned(), content("stack.json".into()), whose(&["ro", "seed"])),
    ];
    let passwords: BTreeMap<String, String> = serde_json::from_slice(&content("postgres/passwords.json".into())).unwrap();
    for (role, password) in passwords {
        let role_name = role.strip_prefix("ro_").unwrap().to_owned();
        let reader = match role_name.strip_suffix("_owner") {
            Some(service) => vec![format!("migrate-{service}")],
            None if SERVICES.contains(&role_name.as_str()) => vec![role_name.clone()],
            None => Vec::new(),
        };
        all.push((format!("postgres/{role_name}.pgpass"), password.into_bytes(), reader.into_iter().collect()));
    }
    for service in SERVICES {
        for file in ["audit/{}.key", "vault/{}.keys", "nats/seeds/{}.nk"].map(|form| form.replace("{}", service)) {
            all.push((file.clone(), content(file), whose(&[service])));
        }
    }
    for host in SERVICES.into_iter().chain([OMS_READER, "nats", "postgres"]) {
        let file = format!("certificates/{host}.key");
        all.push((file.clone(), content(file), whose(&[host])));
    }
    let invented: BTreeSet<&str> = identity::PEOPLE.iter().filter_map(|person| person.bus).collect();
    for file in everything.keys().filter(|file| file.starts_with("nats/seeds/")) {
        let login = file.trim_start_matches("nats/seeds/").trim_end_matches(".nk");
        if login != "provisioner" && !SERVICES.contains(&login) {
            let readers = if invented.contains(login) { whose(&["ro"]) } else { whose(&[]) };
            all.push((file.clone(), content(file.clone()), readers));
        }
    }
    all
}

fn holds(file: &[u8], secret: &[u8]) -> bool {
    file.windows(secret.len()).any(|window| window == secret)
}

#[test]
fn no_container_can_read_a_secret_that_is_not_its_own() {
    let filled = Filled::new("secrets");
    let everything = files(&filled.everything());
    let parts: BTreeMap<String, Vec<Vec<u8>>> =
        containers::parts().into_keys().map(|name| (name.clone(), files(&filled.of(&name)).into_values().collect())).collect();
    let secrets = secrets(&everything);
    for (name, secret, readers) in &secrets {
        let read: BTreeSet<String> =
            parts.iter().filter(|(_, held)| held.iter().any(|file| holds(file, secret))).map(|(part, _)| part.clone()).collect();
        assert_eq!(&read, readers, "{name}");
    }
    // The tokens of the invented people, whatever file they stand in.
    let stack: local::Description = serde_json::from_slice(&everything["stack.json"]).unwrap();
    for identity in stack.identities {
        let token = identity.token.as_bytes();
        let read: Vec<&String> =
            parts.iter().filter(|(_, held)| held.iter().any(|file| holds(file, token))).map(|(part, _)| part).collect();
        assert_eq!(read, ["ro", "seed"], "{}", identity.name);
    }
    // Whatever else is made is for everybody to read; a new kind of secret has to be named above.
    let open = |file: &str| {
        let configuration = ["nats/server.conf", "nats/authorization.conf", "postgres/pg_hba.conf", "telemetry/collector.yaml", "issued-6"];
        let checks = ["postgres/admin.verifier", "postgres/roles.sql", "identity/jwks.json"];
        configuration.contains(&file)
            || checks.contains(&file)
            || file.ends_with(".pub")
            || (file.ends_with(".pem") && !file.contains("signing"))
    };
    for file in everything.keys().filter(|file| !open(file)) {
        assert!(secrets.iter().any(|(name, _, _)| name == file), "who may read {file}?");
    }
    assert!(secrets.len() > 50, "only {}", secrets.len());
}

#[test]
fn no_container_reaches_anything_outside_but_the_one_that_reads_oms_and_the_collector() {
    let compose = compose();
    let network = |name: &str| compose.get("networks").and_then(|all| all.get(name)).unwrap();
    for inner in ["inside", "data"] {
        assert_eq!(network(inner).get("internal").and_then(Value::as_bool), Some(true), "{inner}");
    }
    let doors = network("doors").get("driver_opts").unwrap();
    assert_eq!(text(doors, "com.docker.network.bridge.enable_ip_masquerade"), "false");
    for (name, service) in all(&compose) {
        let on: BTreeSet<String> = strings(service.get("networks")).into_iter().collect();
        assert_eq!(on.contains("outward"), [OMS_READER, "collector"].contains(&name), "{name}");
        assert_eq!(on.contains("doors"), !strings(service.get("ports")).is_empty() || SERVICES.contains(&name), "{name}");
        let data = SERVICES.contains(&name) || name.starts_with("migrate-") || ["postgres", "roles"].contains(&name);
        assert_eq!(on.contains("data"), data, "{name}");
        assert_eq!(on.is_empty(), text(service, "network_mode") == "none", "{name}");
    }
    assert_eq!(strings(service(&compose, "postgres").get("networks")), ["data"]);
}

#[test]
fn the_addresses_of_the_description_are_those_the_containers_listen_on() {
    let compose = compose();
    for (name, port) in containers::ADDRESSES {
        let listens = environment(service(&compose, name)).into_iter().find(|(setting, _)| setting.ends_with("_LISTEN")).unwrap().1;
        assert_eq!(listens, format!("0.0.0.0:{port}"), "{name}");
    }
}
