//! Access to the files of the repository, and golden documents.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The five services, the reader of OMS and the dashboard.
pub const PROCESSES: [&str; 7] = ["intake", "cases", "safety", "notification", "reporting", "oms-reader", "dashboard"];

/// How the environment variables of a process begin.
pub fn prefix(process: &str) -> String {
    format!("{}_", process.to_uppercase().replace('-', "_"))
}

pub fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(relative)
}

pub fn read(relative: &str) -> String {
    fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

pub fn updating() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

/// Compares a generated document with the one in the repository, or writes it when asked to.
pub fn golden(relative: &str, generated: &str) {
    if updating() {
        return fs::write(path(relative), generated).unwrap();
    }
    let held = fs::read_to_string(path(relative)).unwrap_or_default();
    if let Some((number, (held, generated))) =
        held.lines().chain(["<end>"]).zip(generated.lines().chain(["<end>"])).enumerate().find(|(_, (a, b))| a != b)
    {
        panic!(
            "{relative}:{}: the code says otherwise; `UPDATE_GOLDEN=1 cargo test -p tests --test contract` writes it again\n  document: {held}\n  code:     {generated}",
            number + 1
        );
    }
}

/// Every Rust file below a folder, as (path from the root, text).
pub fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![path(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                let name = entry.strip_prefix(path("")).unwrap_or(&entry).to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(&entry).unwrap_or_default()));
            }
        }
    }
    found.sort();
    found
}
