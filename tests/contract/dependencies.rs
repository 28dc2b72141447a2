//! Dependencies of the programme: one cryptographic library, one registry, and none that is banned.

use std::{path::Path, process::Command};

use crate::repo;

/// Never in what is built: a second cryptographic library or TLS, the RSA code with a known timing leak.
const BANNED: [&str; 4] = ["ring", "openssl-sys", "native-tls", "rsa"];
/// In what is built for one crate alone: a second calendar, which sqlx and async-nats would take up where they were told of it.
const WRAPPED: (&str, &str) = ("chrono", "object_store");

/// Packages whose library has another name.
const LIBRARIES: [(&str, &str); 2] = [("rustls-webpki", "webpki"), ("tests", "harness")];
/// Named by generated code alone.
const GENERATED: [(&str, &str); 5] = [
    ("proto", "tonic-prost"),
    ("server", "prost"),
    ("server", "tonic-prost"),
    ("signed-messages", "prost"),
    ("signed-messages", "prost-types"),
];

/// Every crate that any feature, platform and test of ours can build.
fn built() -> Vec<String> {
    let arguments =
        ["tree", "--workspace", "--offline", "--locked", "--edges", "all", "--target", "all", "--prefix", "none", "--format", "{p}"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(repo::path("")).output().unwrap();
    let text = if output.status.success() { output.stdout } else { on_this_machine() };
    let mut names: Vec<String> = String::from_utf8_lossy(&text).lines().filter_map(|l| l.split(' ').next().map(str::to_owned)).collect();
    names.sort();
    names.dedup();
    names
}

/// Crates of other platforms are not downloaded everywhere.
fn on_this_machine() -> Vec<u8> {
    let arguments = ["tree", "--workspace", "--offline", "--locked", "--edges", "all", "--prefix", "none", "--format", "{p}"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(repo::path("")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn nothing_that_is_built_was_banned() {
    let built = built();
    assert!(built.len() > 100 && built.iter().any(|name| name == "aws-lc-rs"), "only {} crates were seen", built.len());
    for banned in BANNED {
        assert!(!built.iter().any(|name| name == banned), "{banned} is built: `cargo tree -i {banned}` says by whom");
    }
}

#[test]
fn the_second_calendar_is_there_for_the_store_of_documents_alone() {
    let (wrapped, by) = WRAPPED;
    let arguments = [
        "tree",
        "--workspace",
        "--offline",
        "--locked",
        "--edges",
        "normal,build,dev",
        "--prefix",
        "none",
        "--format",
        "{p}",
        "--depth",
        "1",
        "-i",
    ];
    let output = Command::new(env!("CARGO")).args(arguments).arg(wrapped).current_dir(repo::path("")).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let names: Vec<&str> = text.lines().filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty()).collect();
    assert_eq!(names, [wrapped, by]);
    let policy = repo::read("deny.toml");
    assert!(policy.contains(&format!("crate = \"{wrapped}\", wrappers = [\"{by}\"]")));
}

#[test]
fn every_crate_comes_from_the_one_registry_with_a_checksum() {
    let lock = repo::read("Cargo.lock");
    let sources: Vec<&str> = lock.lines().filter_map(|line| line.strip_prefix("source = ")).collect();
    assert!(sources.len() > 100);
    for source in &sources {
        assert_eq!(*source, "\"registry+https://github.com/rust-lang/crates.io-index\"");
    }
    assert_eq!(lock.lines().filter(|line| line.starts_with("checksum = ")).count(), sources.len());
}

#[test]
fn the_list_for_cargo_deny_bans_the_same_and_says_why() {
    let policy = repo::read("deny.toml");
    for banned in BANNED {
        let line = policy.lines().find(|line| line.contains(&format!("crate = \"{banned}\"")));
        assert!(line.is_some_and(|line| line.contains("reason = ")), "deny.toml bans {banned} without a reason, or not at all");
    }
    assert!(policy.contains("unknown-registry = \"deny\"") && policy.contains("unknown-git = \"deny\""));
}

#[test]
fn licences_and_advisories_are_checked_where_cargo_deny_is_installed_and_said_to_be_unchecked_elsewhere() {
    let deny = |arguments: &[&str]| Command::new(env!("CARGO")).arg("deny").args(arguments).current_dir(repo::path("")).output().unwrap();
    if !deny(&["--version"]).status.success() {
        println!("NOT CHECKED: licences and advisories, because cargo-deny is not installed (`cargo install cargo-deny`)");
        return;
    }
    let checked = deny(&["--offline", "check", "bans", "licenses", "sources"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    println!("NOT CHECKED: advisories, which need the network: `cargo deny check advisories`");
}

/// A crate of the workspace: its name, the text of its library and programme, of its build script, and of everything it has.
struct Member {
    name: String,
    dependencies: Vec<(String, String)>,
    own: String,
    build: String,
    all: String,
}

fn members() -> Vec<Member> {
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(repo::path("")).output().unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let member = |package: &serde_json::Value| {
        let folder = Path::new(package.get("manifest_path").and_then(|path| path.as_str()).unwrap()).parent().unwrap().to_owned();
        let is_ours =
            |target: &&serde_json::Value| target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|k| k == "lib" || k == "bin"));
        let targets = package["targets"].as_array().unwrap().iter().filter(is_ours);
        let mut folders: Vec<&Path> = targets.filter_map(|target| Path::new(target["src_path"].as_str()?).parent()).collect();
        folders.sort();
        folders.dedup();
        let sources = folders.into_iter().flat_map(|folder| {
            let below = format!("{}/", folder.display());
            repo::sources(folder.to_str().unwrap()).into_iter().map(move |(name, text)| own(name.trim_start_matches(&below), &text))
        });
        Member {
            name: text(&package["name"]),
            dependencies: package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .map(|dependency| (text(&dependency["name"]), text(&dependency["kind"])))
                .collect(),
            own: sources.collect(),
            build: std::fs::read_to_string(folder.join("build.rs")).unwrap_or_default(),
            all: repo::sources(folder.to_str().unwrap()).iter().map(|(_, text)| code(text)).collect(),
        }
    };
    metadata.get("packages").and_then(serde_json::Value::as_array).into_iter().flatten().map(member).collect()
}

/// The lines of a file that are no comment.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).fold(String::new(), |all, line| all + line + "\n")
}

/// The code of a source file without its tests.
fn own(name: &str, text: &str) -> String {
    if name.ends_with("tests.rs") || name.starts_with("tests/") || name.contains("/tests/") {
        return String::new();
    }
    code(text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default())
}

/// Whether code names a crate: as the beginning of a path, or in a `use`.
fn names(code: &str, library: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    code.match_indices(library).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + library.len()..]);
        let inside = before.ends_with(is_part) || after.starts_with(is_part) || (before.ends_with("::") && !before.ends_with(" ::"));
        !inside && (after.starts_with("::") || before.ends_with("use "))
    })
}

/// Dependencies that a crate names in its Cargo.toml and nowhere in the code that they are for.
fn unused(member: &Member) -> Vec<String> {
    let is_used = |dependency: &str, kind: &str| {
        let library = LIBRARIES.iter().find(|(package, _)| *package == dependency).map_or(dependency, |(_, library)| library);
        let code = match kind {
            "build" => &member.build,
            "dev" => &member.all,
            _ => &member.own,
        };
        names(code, &library.replace('-', "_"))
    };
    let is_excused = |dependency: &str| GENERATED.contains(&(member.name.as_str(), dependency));
    let unused = member.dependencies.iter().filter(|(name, kind)| !is_used(name, kind) && !is_excused(name));
    unused.map(|(name, kind)| format!("{} names {name} ({kind}) and does not use it", member.name)).collect()
}

#[test]
fn every_dependency_that_a_crate_names_is_used_in_its_sources() {
    let members = members();
    assert!(members.len() >= 12);
    let found: Vec<String> = members.iter().flat_map(unused).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_dependency_that_tests_alone_use_is_noticed_among_those_of_the_programme() {
    let dependency = |name: &str, kind: &str| (name.to_owned(), kind.to_owned());
    let text = "//! Uses hex::encode.\nuse serde::Serialize;\nfn at() { crate::time::now(); }\n#[cfg(test)]\nmod tests {\n    use uuid::Uuid;\n}\n";
    let member = Member {
        name: "sample".to_owned(),
        dependencies: ["serde", "hex", "time", "uuid"]
            .map(|name| dependency(name, ""))
            .into_iter()
            .chain([dependency("uuid", "dev")])
            .collect(),
        own: own("sample/src/lib.rs", text),
        build: String::new(),
        all: code(text),
    };
    let found = unused(&member);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(["hex", "time", "uuid ()"].iter().all(|name| found.iter().any(|line| line.contains(name))), "{found:?}");
}

#[test]
fn every_version_that_the_workspace_sets_is_taken_by_a_crate() {
    let manifest = repo::read("Cargo.toml");
    let (_, rest) = manifest.split_once("[workspace.dependencies]\n").unwrap();
    let set: Vec<&str> =
        rest.lines().take_while(|line| !line.starts_with('[')).filter_map(|line| line.split_once(" = ")).map(|(name, _)| name).collect();
    assert!(set.len() > 50);
    let members = members();
    let taken = |name: &&str| members.iter().any(|member| member.dependencies.iter().any(|(dependency, _)| dependency == name));
    let spare: Vec<&str> = set.into_iter().filter(|name| !taken(name)).collect();
    assert!(spare.is_empty(), "no crate takes {}", spare.join(", "));
}
