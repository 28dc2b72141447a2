//! The crate graph, and the required content of every Cargo.toml.

use std::{collections::BTreeMap, process::Command};

use crate::scan::{self, File, SERVICES};

/// Each crate of the workspace and the workspace crates it is built from (not what its tests use).
fn graph() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(scan::root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let list = |value: &serde_json::Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let name = |value: &serde_json::Value| value["name"].as_str().unwrap_or_default().to_owned();
    let ours: Vec<String> = list(&metadata, "packages").iter().map(name).collect();
    let built_from = |package: &serde_json::Value| {
        let all = list(package, "dependencies");
        all.iter().filter(|d| d["kind"].as_str() != Some("dev")).map(name).collect::<Vec<_>>()
    };
    let packages = list(&metadata, "packages");
    let graph: BTreeMap<_, _> = packages.iter().map(|package| (name(package), built_from(package))).collect();
    assert!(ours.len() >= 10);
    graph
}

/// Edges that must not be.
fn forbidden(graph: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let ours = |name: &String| graph.contains_key(name);
    let may = |name: &str| -> Option<&[&str]> {
        match name {
            "topology" | "signed-messages" | "https" => Some(&[]),
            "proto" => Some(&["topology", "signed-messages"]),
            "base" => Some(&["topology"]),
            "vault" => Some(&["base"]),
            "messaging" => Some(&["base", "vault", "topology"]),
            "audit-log" => Some(&["base", "messaging", "topology", "signed-messages"]),
            "auth" => Some(&["base", "https", "messaging", "audit-log", "signed-messages"]),
            "destruction" => Some(&["base", "messaging", "audit-log"]),
            "server" => Some(&["base", "topology", "vault", "messaging", "audit-log", "auth"]),
            "referral-file" => Some(&["base", "proto"]),
            "to-safety" => Some(&["base", "messaging", "server", "proto"]),
            "local" => Some(&["proto"]),
            "ro" => Some(&["base", "messaging", "audit-log", "auth", "destruction", "server", "proto", "referral-file", "local"]),
            "dashboard" => Some(&["base", "auth", "https", "server", "proto", "referral-file"]),
            "oms-reader" => Some(&["base", "auth", "server", "proto"]),
            // Who raises concerns and asks after them.
            "cases" | "intake" => Some(&["base", "vault", "messaging", "audit-log", "auth", "destruction", "server", "proto", "to-safety"]),
            // Who calls the gateway of the deployment.
            "notification" => Some(&["base", "vault", "messaging", "audit-log", "auth", "destruction", "https", "server", "proto"]),
            name if SERVICES.contains(&name) => {
                Some(&["base", "vault", "messaging", "audit-log", "auth", "destruction", "server", "proto"])
            }
            _ => None,
        }
    };
    let mut found = Vec::new();
    for (name, dependencies) in graph {
        if let Some(may) = may(name) {
            let wrong = dependencies.iter().filter(|d| ours(d) && !may.contains(&d.as_str()));
            found.extend(wrong.map(|d| format!("{name} is built from {d}")));
        }
        if ["dashboard", "oms-reader"].contains(&name.as_str()) && dependencies.iter().any(|d| d == "sqlx" || d == "async-nats") {
            found.push(format!("{name} is built from sqlx or async-nats: it owns no data and is not on the bus"));
        }
    }
    found
}

#[test]
fn a_service_is_built_from_the_crates_and_the_wire_and_from_no_other_service() {
    scan::none("the crate graph", forbidden(&graph()));
}

#[test]
fn a_service_built_from_another_is_noticed() {
    let mut graph = graph();
    graph.get_mut("safety").unwrap().push("cases".into());
    graph.get_mut("base").unwrap().push("proto".into());
    graph.get_mut("messaging").unwrap().push("auth".into());
    graph.get_mut("dashboard").unwrap().push("sqlx".into());
    // The reader knows nothing of cases, and cases cannot reach OMS around it.
    graph.get_mut("oms-reader").unwrap().push("cases".into());
    graph.get_mut("cases").unwrap().push("oms-reader".into());
    assert_eq!(forbidden(&graph).len(), 6);
}

/// What is wrong in the Cargo.toml of a member.
fn manifest(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    if !file.text.contains("[lints]\nworkspace = true") {
        found.push(file.at(1, "the lints of the workspace are not inherited"));
    }
    let mut dependencies = false;
    for (number, line) in file.lines() {
        if line.starts_with('[') {
            dependencies = line.contains("dependencies");
        } else if dependencies && line.contains('=') && !line.contains("workspace = true") {
            found.push(file.at(number, "a version that does not come from the workspace"));
        }
    }
    found
}

#[test]
fn every_crate_takes_its_lints_and_its_versions_from_the_workspace() {
    // The fuzz targets need a compiler of their own, and stand outside the workspace.
    let manifests = scan::files(&["toml"]).into_iter().filter(|f| f.path.ends_with("/Cargo.toml") && f.path != "fuzz/Cargo.toml");
    scan::none("Cargo.toml", manifests.flat_map(|file| manifest(&file)).collect());
    let bad = File::sample("x/Cargo.toml", "[package]\n[dependencies]\nserde = \"1\"\nlocal.workspace = true\n");
    assert_eq!(manifest(&bad).len(), 2);
}

#[test]
fn every_service_has_the_same_rooms() {
    let rooms = [
        "README.md",
        "sqlx.toml",
        "build.rs",
        "migrations",
        ".sqlx",
        "src/main.rs",
        "src/lib.rs",
        "src/config.rs",
        "src/access.rs",
        "src/domain/mod.rs",
        "src/app/mod.rs",
        "src/store/mod.rs",
        "src/grpc/mod.rs",
        "src/bus/mod.rs",
        "tests/it/main.rs",
    ];
    let missing = SERVICES.iter().flat_map(|service| rooms.map(|room| format!("services/{service}/{room}")));
    scan::none("rooms that are missing", missing.filter(|path| !scan::root().join(path).exists()).collect());
}
