//! The document docs/RELIABILITY.md: the tests and files that each promise names exist.

use crate::{
    directive::{quoted, tests},
    repo,
};

/// The cells of a row of a table.
fn cells(line: &str) -> Option<Vec<&str>> {
    Some(line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect())
}

#[test]
fn every_promise_of_the_reliability_document_names_tests_that_are_there() {
    let (document, tests) = (repo::read("docs/RELIABILITY.md"), tests());
    let rows: Vec<Vec<&str>> = document.lines().filter_map(cells).filter(|row| row.iter().all(|cell| !cell.starts_with("---"))).collect();
    let promises: Vec<&Vec<&str>> = rows.iter().filter(|row| row[0] != "what must hold").collect();
    assert!(promises.len() > 100, "the promises are gone: {}", promises.len());
    let mut wrong = Vec::new();
    for row in promises {
        assert_eq!(row.len(), 3, "{row:?}");
        let named: Vec<&str> = quoted(row[2]).collect();
        if named.is_empty() {
            wrong.push(format!("{}: no test is named", row[0]));
        }
        wrong.extend(named.iter().filter(|name| !tests.contains(**name)).map(|name| format!("{}: there is no test {name}", row[0])));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
