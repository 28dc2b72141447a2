//! Dependencies of the programme: one cryptographic library, one registry, and none that is banned.

use std::process::Command;

use crate::repo;

/// Never in what is built: a second cryptographic library or TLS, the RSA code with a known timing leak.
const BANNED: [&str; 4] = ["ring", "openssl-sys", "native-tls", "rsa"];
/// In what is built for one crate alone: a second calendar, which sqlx and async-nats would take up where they were told of it.
const WRAPPED: (&str, &str) = ("chrono", "object_store");

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
