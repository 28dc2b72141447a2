//! The document docs/SECURITY.md: every threat has a row, and the tests and files that a row names exist.

use std::collections::BTreeSet;

use crate::{
    directive::{NOT_YET, quoted, tests},
    repo,
};

/// Words that say why no test of this programme can settle a threat.
const NOT_SOFTWARE: &str = "not software:";

fn cells(line: &str) -> Option<Vec<&str>> {
    Some(line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").map(str::trim).collect())
}

/// The cells of every row of a table with this many columns.
fn rows(document: &str, columns: usize) -> Vec<Vec<&str>> {
    document.lines().filter_map(cells).filter(|cells| cells.len() == columns && !cells.iter().all(|cell| cell.starts_with("--"))).collect()
}

/// What a cell claims that is not so.
fn untrue(cell: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let is_there = |claim: &&str| tests.contains(*claim) || repo::path(claim).exists();
    let mut wrong: Vec<String> =
        quoted(cell).filter(|claim| !is_there(claim)).map(|claim| format!("no test and no file is {claim}")).collect();
    if quoted(cell).next().is_none() && !cell.contains(NOT_YET) && !cell.contains(NOT_SOFTWARE) {
        wrong.push("it names no evidence, and says neither \"not yet\" nor why software cannot settle it".to_owned());
    }
    wrong
}

#[test]
fn every_threat_has_one_row_and_what_the_security_document_claims_is_there() {
    let (document, tests) = (repo::read("docs/SECURITY.md"), tests());
    let threats = rows(&document, 4);
    for number in 1..=18 {
        let id = format!("THREAT-{number}");
        assert_eq!(threats.iter().filter(|row| row[0] == id).count(), 1, "rows of {id}");
    }
    let controls: Vec<Vec<&str>> = rows(&document, 3).into_iter().filter(|row| row[0] != "control").collect();
    for family in ["AC", "AU", "IA", "SC", "SI"] {
        assert!(controls.iter().any(|row| row[0].starts_with(&format!("{family}-"))), "no control of the family {family}");
    }
    let evidence =
        threats.iter().filter(|row| row[0] != "id").map(|row| (row[0], row[2])).chain(controls.iter().map(|row| (row[0], row[2])));
    for (id, cell) in evidence {
        assert_eq!(untrue(cell, &tests), [] as [&str; 0], "docs/SECURITY.md: {id}");
    }
}

#[test]
fn a_claim_of_a_test_that_is_not_there_is_noticed() {
    let tests = BTreeSet::from(["there".to_owned()]);
    let wrong = ["`there`", "`not_there`", "all is well", "not yet", "not software: people"].map(|cell| untrue(cell, &tests).len());
    assert_eq!(wrong, [0, 1, 1, 0, 0]);
}
