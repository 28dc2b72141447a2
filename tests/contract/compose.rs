//! The file docker-compose.yml against the services' own settings, and against known obstacles to a first run in containers.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml_ng::Value;

use crate::{repo, settings};

pub fn compose() -> Value {
    let mut value: Value = serde_yaml_ng::from_str(&repo::read("docker-compose.yml")).expect("docker-compose.yml is not YAML");
    merge(&mut value);
    value
}

/// Resolves `<<:` from the inside out; the library itself does one level only.
fn merge(value: &mut Value) {
    match value {
        Value::Mapping(mapping) => {
            mapping.values_mut().for_each(merge);
            if let Some(Value::Mapping(shared)) = mapping.remove("<<") {
                for (key, value) in shared {
                    mapping.entry(key).or_insert(value);
                }
            }
        }
        Value::Sequence(items) => items.iter_mut().for_each(merge),
        _ => {}
    }
}

pub fn service<'a>(compose: &'a Value, name: &str) -> &'a Value {
    compose.get("services").and_then(|all| all.get(name)).unwrap_or_else(|| panic!("docker-compose.yml has no service {name}"))
}

pub fn all(compose: &Value) -> Vec<(&str, &Value)> {
    let services = compose.get("services").and_then(Value::as_mapping).unwrap();
    services.iter().map(|(name, service)| (name.as_str().unwrap(), service)).collect()
}

pub fn strings(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_sequence).into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

pub fn text<'a>(service: &'a Value, key: &str) -> &'a str {
    service.get(key).and_then(Value::as_str).unwrap_or_default()
}

pub fn environment(service: &Value) -> Vec<(String, String)> {
    let entries = service.get("environment").and_then(Value::as_mapping).into_iter().flatten();
    entries.map(|(k, v)| (k.as_str().unwrap().to_owned(), v.as_str().expect("quote every value").to_owned())).collect()
}

/// Which service waits for which, and for what.
fn waits(service: &Value) -> Vec<(String, String)> {
    let entries = service.get("depends_on").and_then(Value::as_mapping).into_iter().flatten();
    entries.map(|(k, v)| (k.as_str().unwrap().to_owned(), text(v, "condition").to_owned())).collect()
}

/// Names in the deployment that the process does not know, and settings it cannot do without that the deployment lacks.
fn drift(process: &str, given: &[(String, String)]) -> Vec<String> {
    let known = settings::variables(&settings::of(process));
    let prefix = repo::prefix(process);
    let unknown = given.iter().filter(|(name, _)| name.starts_with(&prefix) && !known.contains_key(name));
    let given = |name: &str| given.iter().any(|(given, _)| given == name);
    let lacking = known.iter().filter(|(name, required)| **required && !given(name));
    unknown
        .map(|(name, _)| format!("{process} has no setting {name}"))
        .chain(lacking.map(|(name, _)| format!("{name} is missing")))
        .collect()
}

#[test]
fn every_setting_in_the_deployment_is_one_the_process_knows_and_none_it_needs_is_missing() {
    let compose = compose();
    for process in repo::PROCESSES {
        let given = environment(service(&compose, process));
        assert_eq!(drift(process, &given), Vec::<String>::new());
        let foreign: Vec<_> = given.iter().filter(|(n, _)| n != "PGPASSFILE" && !n.starts_with(&repo::prefix(process))).collect();
        assert!(foreign.is_empty(), "{process}: {foreign:?}");
        // The process itself reads them: a value of the wrong form is a mistake too.
        let flags = given.iter().filter_map(|(name, value)| {
            let id = name.strip_prefix(&repo::prefix(process))?.to_lowercase().replace('_', "-");
            Some(format!("--{id}={}", resolved(value)))
        });
        let parsed = settings::of(process).try_get_matches_from(std::iter::once(process.to_owned()).chain(flags));
        assert!(parsed.is_ok(), "{process}: {}", parsed.unwrap_err());
    }
    let bad = [("SAFETY_NATS_ULR".to_owned(), String::new())];
    assert_eq!(drift("safety", &bad).len(), 1, "a misspelt setting is not noticed");
}

#[test]
fn no_setting_is_left_at_an_address_that_in_a_container_is_the_container_itself() {
    let compose = compose();
    for process in repo::PROCESSES {
        let given: BTreeSet<String> = environment(service(&compose, process)).into_iter().map(|(name, _)| name).collect();
        let command = settings::of(process);
        let inward = |arg: &&clap::Arg| arg.get_default_values().iter().any(|v| v.to_string_lossy().contains("127.0.0.1"));
        let mut looked = 0;
        for name in command.get_arguments().filter(inward).filter_map(|arg| Some(arg.get_env()?.to_string_lossy().into_owned())) {
            // These two have no place on the bus.
            if ["DASHBOARD_NATS_URL", "OMS_READER_NATS_URL"].contains(&name.as_str()) {
                continue;
            }
            assert!(given.contains(&name), "{process}: {name} is left at its default");
            looked += 1;
        }
        assert!(looked > usize::from(process != "oms-reader"), "{process}");
    }
}

#[test]
fn every_service_is_given_what_it_cannot_promise_anything_without() {
    let compose = compose();
    let needed = [
        "DATABASE_URL",
        "NATS_SEED_FILE",
        "NATS_CA",
        "TLS_CERT",
        "TLS_KEY",
        "TLS_CA",
        "IDENTITY_KEYS",
        "AUDIT_KEY_FILE",
        "VAULT_KEY_FILE",
        "AUDIT_PEERS",
    ];
    for process in &repo::PROCESSES[..5] {
        let given = environment(service(&compose, process));
        for name in needed.map(|name| format!("{}_{name}", process.to_uppercase())) {
            assert!(given.iter().any(|(given, value)| *given == name && !value.is_empty()), "{name}");
        }
        assert!(given.iter().any(|(name, value)| name.ends_with("_NATS_URL") && value.starts_with("tls://")), "{process}");
        let url = given.iter().find(|(name, _)| name.ends_with("_DATABASE_URL")).map(|(_, value)| value.as_str()).unwrap_or_default();
        assert!(url.contains(&format!("/ro_{process}?")) && url.contains("sslmode=verify-full"), "{process}: {url}");
        assert!(
            !url.split('@').next().unwrap_or_default().trim_start_matches("postgres://").contains(':'),
            "{process}: a password in the file"
        );
    }
}

/// The value when no variable of the person's own is set.
fn resolved(value: &str) -> String {
    value.strip_prefix("${").and_then(|v| v.strip_suffix('}')).and_then(|v| v.split_once(":-")).map_or(value, |(_, d)| d).to_owned()
}

#[test]
fn a_migration_runs_with_the_settings_of_its_service_and_alone_has_the_login_of_the_owner() {
    let compose = compose();
    for process in &repo::PROCESSES[..5] {
        let migrate = service(&compose, &format!("migrate-{process}"));
        let owners = format!("{}_DATABASE_OWNER_URL", process.to_uppercase());
        let own = |service: &Value| {
            let (login, common): (Vec<_>, Vec<_>) =
                environment(service).into_iter().partition(|(name, _)| *name == owners || name == "PGPASSFILE");
            (login.into_iter().collect::<BTreeMap<_, _>>(), common.into_iter().collect::<BTreeMap<_, _>>())
        };
        let ((migrates, its), (serves, the_services)) = (own(migrate), own(service(&compose, process)));
        assert_eq!(its, the_services, "{process}");
        assert!(migrates[&owners].starts_with(&format!("postgres://ro_{process}_owner@postgres")), "{process}");
        assert_eq!(migrates["PGPASSFILE"], format!("/state/postgres/{process}_owner.pgpass"));
        assert_eq!((serves[&owners].as_str(), serves["PGPASSFILE"].as_str()), ("", format!("/state/postgres/{process}.pgpass").as_str()));
        assert_eq!(strings(migrate.get("command")), ["migrate"]);
        assert_eq!(text(migrate, "image"), text(service(&compose, process), "image"));
        let waited: Vec<String> = waits(service(&compose, process)).into_iter().map(|(name, _)| name).collect();
        assert!(waited.contains(&format!("migrate-{process}")) && waited.contains(&"provision".to_owned()), "{process}");
    }
}

#[test]
fn every_address_in_the_deployment_is_one_that_somebody_listens_on() {
    let compose = compose();
    let listens = |name: &str| -> Option<String> {
        let given = environment(service(&compose, name));
        given.into_iter().find_map(|(key, value)| key.ends_with("_LISTEN").then(|| value.rsplit_once(':').unwrap().1.to_owned()))
    };
    for process in repo::PROCESSES {
        let port = listens(process).unwrap_or_else(|| panic!("{process} has no address"));
        let published = strings(service(&compose, process).get("ports"));
        assert!(published.iter().all(|p| p.starts_with("127.0.0.1:") && p.ends_with(&format!(":{port}"))), "{process}: {published:?}");
        for (name, value) in environment(service(&compose, process)) {
            let Some((host, port)) = value.strip_prefix("https://").and_then(|rest| rest.split_once(':')) else { continue };
            assert_eq!(listens(host).as_deref(), Some(port), "{name}={value}");
        }
    }
}

#[test]
fn no_container_has_more_rights_than_it_needs() {
    let compose = compose();
    for (name, service) in all(&compose) {
        let flag = |key: &str| service.get(key).and_then(Value::as_bool) == Some(true);
        assert_eq!(text(service, "user"), "65532:65532", "{name}");
        assert!(flag("read_only") && flag("init"), "{name}");
        assert_eq!(strings(service.get("cap_drop")), ["ALL"], "{name}");
        assert_eq!(strings(service.get("security_opt")), ["no-new-privileges:true"], "{name}");
        assert!(!text(service, "mem_limit").is_empty() && !text(service, "stop_grace_period").is_empty(), "{name}");
        for forbidden in ["container_name", "privileged", "cap_add", "env_file", "configs", "secrets", "pid", "ipc"] {
            assert!(service.get(forbidden).is_none(), "{name}: {forbidden}");
        }
        for port in strings(service.get("ports")) {
            assert!(port.starts_with("127.0.0.1:"), "{name}: {port} is open to the network");
        }
        for volume in strings(service.get("volumes")) {
            assert!(!volume.starts_with(['.', '/', '~']), "{name}: {volume} is a folder of the machine");
            assert!(name == "init" || !volume.starts_with("state") || volume.ends_with(":ro"), "{name}: {volume}");
        }
    }
    assert!(strings(service(&compose, "postgres").get("ports")).is_empty(), "the databases are open to the machine");
    assert!(!strings(service(&compose, "dashboard").get("networks")).contains(&"data".to_owned()));
}

#[test]
fn whoever_stays_is_asked_for_its_health_and_every_one_shot_is_waited_for() {
    let compose = compose();
    let waited: BTreeSet<(String, String)> = all(&compose).into_iter().flat_map(|(_, service)| waits(service)).collect();
    for (name, service) in all(&compose) {
        let stays = text(service, "restart") == "unless-stopped";
        let optional = service.get("profiles").is_some();
        if stays && !optional {
            assert!(service.get("healthcheck").is_some(), "{name} is not asked for its health");
        }
        if !stays && !optional {
            let adopted = waited.contains(&(name.to_owned(), "service_completed_successfully".to_owned()));
            assert!(adopted, "nobody waits for {name}: `up --wait` would fail");
        }
    }
    for (name, condition) in waited {
        let stays = text(self::service(&compose, &name), "restart") == "unless-stopped";
        let expected = if stays { "service_healthy" } else { "service_completed_successfully" };
        assert_eq!(condition, expected, "{name}");
    }
    for process in repo::PROCESSES {
        let test = strings(service(&compose, process).get("healthcheck").and_then(|check| check.get("test")));
        assert_eq!(test, ["CMD", "/usr/local/bin/service", "health"], "{process}");
    }
    let ready = strings(service(&compose, "postgres").get("healthcheck").and_then(|check| check.get("test")));
    assert!(ready.contains(&"-h".to_owned()), "without -h the server that makes the data answers");
}

#[test]
fn the_images_are_built_from_the_one_file_with_the_locked_versions() {
    let compose = compose();
    let file = repo::read("deploy/images/Dockerfile");
    let built: BTreeSet<&str> = all(&compose)
        .into_iter()
        .filter_map(|(_, service)| service.get("build"))
        .inspect(|build| assert_eq!(text(build, "dockerfile"), "deploy/images/Dockerfile"))
        .map(|build| build.get("args").map(|args| text(args, "BIN")).unwrap_or_default())
        .collect();
    assert_eq!(built, repo::PROCESSES.into_iter().chain(["ro"]).collect());
    for bin in &built {
        assert!(
            file.lines().any(|line| line.contains("for bin in") && line.split_whitespace().any(|w| w.trim_end_matches(';') == *bin)),
            "{bin}"
        );
    }
    assert!(file.contains("--locked") && file.contains("cc-debian12:nonroot") && file.contains("USER 65532:65532"));
    let config = repo::read("deploy/nats/server.conf");
    assert!(config.contains("sync_interval: always"), "an acknowledged message must be on disk");
    assert!(config.contains("include \"encryption.conf\"") && config.contains("tls {"), "the bus is in clear text");
}

#[test]
fn every_part_of_a_telemetry_pipeline_is_defined() {
    let collector: Value = serde_yaml_ng::from_str(&repo::read("deploy/telemetry/collector.yaml")).unwrap();
    let pipelines = collector.get("service").and_then(|service| service.get("pipelines")).and_then(Value::as_mapping).unwrap();
    assert_eq!(pipelines.len(), 2, "traces and metrics");
    for (name, pipeline) in pipelines {
        for kind in ["receivers", "processors", "exporters"] {
            let parts = strings(pipeline.get(kind));
            assert!(!parts.is_empty(), "{name:?} has no {kind}");
            for part in parts {
                assert!(collector.get(kind).and_then(|all| all.get(&part)).is_some(), "{name:?}: {part} is not among the {kind}");
            }
        }
    }
}
