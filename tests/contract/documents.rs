//! Files that the documents name: each exists, so that no document describes a former layout.

use std::collections::BTreeSet;

use crate::repo;

const DOCUMENTS: [&str; 9] = [
    "README.md",
    "docs/ARCHITECTURE.md",
    "docs/BROWSER_TESTS.md",
    "docs/GLOSSARY.md",
    "docs/WEB.md",
    "docs/OPERATIONS.md",
    "docs/PERFORMANCE.md",
    "docs/RELIABILITY.md",
    "docs/SECURITY.md",
];

/// The source files that a text names between backticks, as it names them.
fn named(text: &str) -> BTreeSet<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    let is_file =
        |word: &&str| word.ends_with(".rs") && word.contains('/') && word.chars().all(|c| c.is_ascii_alphanumeric() || "/_-.".contains(c));
    quoted.filter(is_file).collect()
}

/// Whether a name is a file from the root, from `services/`, or from the sources of a service.
fn is_there(name: &str) -> bool {
    let of_a_service = |service: &str| repo::path(&format!("services/{service}/src/{name}")).exists();
    repo::path(name).exists()
        || ["services", "crates"].iter().any(|root| repo::path(&format!("{root}/{name}")).exists())
        || repo::PROCESSES.into_iter().chain(["ro", "to-safety"]).any(of_a_service)
}

#[test]
fn every_source_file_that_a_document_names_is_there() {
    let mut seen = 0;
    for document in DOCUMENTS {
        for name in named(&repo::read(document)) {
            assert!(is_there(name), "{document}: {name} is not there");
            seen += 1;
        }
    }
    assert!(seen > 60, "only {seen} files are named");
    assert!(!is_there("safety/src/app/no_such_file.rs") && is_there("safety/src/lib.rs"));
}

/// Names of the periodic work that a source starts.
fn periodic(text: &str) -> Vec<&str> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let starts = [".every(", ".every_delayed(", ".every_within("].into_iter().flat_map(|start| code.split(start).skip(1));
    let starts = starts.filter_map(|rest| rest.trim_start().strip_prefix('"'));
    starts.filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn operators_read_what_it_means_when_a_periodic_work_fails() {
    let operations = repo::read("docs/OPERATIONS.md");
    let rows: BTreeSet<&str> = operations.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let sources: Vec<(String, String)> = ["services", "crates"].into_iter().flat_map(repo::sources).collect();
    let started: Vec<&str> = sources.iter().filter(|(path, _)| path.contains("/src/")).flat_map(|(_, text)| periodic(text)).collect();
    assert!(started.len() >= 16, "only {} are started", started.len());
    let untold: Vec<&&str> = started.iter().filter(|name| !rows.contains(**name)).collect();
    assert!(untold.is_empty(), "docs/OPERATIONS.md does not say what it means when these fail: {untold:?}");
    assert_eq!(periodic("x.every_delayed(\"guard\", Z)"), ["guard"]);
    assert_eq!(periodic("tasks.every(\"sweep\", X)\n  .every(\n \"look\", Y)\n#[cfg(test)]\n.every(\"no\""), ["sweep", "look"]);
}
