//! The document docs/DIRECTIVE.md: every clause has a row, and what a row claims exists.

use std::collections::BTreeSet;

use crate::repo;

/// Every clause, definition, reference and derived requirement of the directive.
const CLAUSES: &str = "P1 A1 R1 R2a R2b R3a R3b R3c R3d R3e R4a R4b R4c R5a R5b R5c R6a R6b R6c R6d R7a R7b R7c R7d R8a R8b R8c R8d \
    IM1 IM1a IM1b IM1c RM1 RM1a RM1b RM1c TS1 TS1a TS1b TS1c TS1d ENQ1 D-community D-institutional D-RO D-mediator D-VOM \
    D-victim-referral X-085 X-225 X-226 X-559 X-701 X-784 X-785-1 X-786 X-CSBP GL1 GL2a GL2b GL2c/2d L26.1-2 L26-6 L133-7 LPR4 \
    LPA12 LOLA LACA LWPPA CARD1 CARD2 CARD3 CARD4 CARD5";

struct Row {
    line: usize,
    id: String,
    implemented: String,
    proved: String,
}

/// Rows of the tables that have five columns.
fn rows(document: &str) -> Vec<Row> {
    let row = |(number, line): (usize, &str)| {
        let cells: Vec<&str> = line.strip_prefix('|')?.trim_end().strip_suffix('|')?.split('|').map(str::trim).collect();
        let [id, _, _, implemented, proved] = cells.as_slice() else { return None };
        let named = !["id", "---"].contains(id);
        named.then(|| Row { line: number + 1, id: (*id).to_owned(), implemented: (*implemented).to_owned(), proved: (*proved).to_owned() })
    };
    document.lines().enumerate().filter_map(row).collect()
}

/// Every id of the document, the tensions and latent requirements included.
pub fn catalogue() -> BTreeSet<String> {
    let document = repo::read("docs/DIRECTIVE.md");
    let first_cell = |line: &str| line.strip_prefix("| ")?.split('|').next().map(|id| id.trim().to_owned());
    document.lines().filter_map(first_cell).collect()
}

/// Words in backticks.
pub fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

pub const NOT_YET: &str = "not yet";

/// What a row claims that is not so.
fn untrue(row: &Row, tests: &BTreeSet<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (cell, what) in [(&row.implemented, "implemented by"), (&row.proved, "proved by")] {
        if cell != NOT_YET && quoted(cell).next().is_none() {
            wrong.push(format!("`{what}` says neither \"not yet\" nor anything in backticks"));
        }
    }
    wrong.extend(quoted(&row.implemented).filter(|p| !repo::path(p).exists()).map(|p| format!("{p} does not exist")));
    wrong.extend(quoted(&row.proved).filter(|t| !tests.contains(*t)).map(|t| format!("no test is named {t}")));
    if row.implemented == NOT_YET && row.proved != NOT_YET {
        wrong.push("proved, but not implemented".to_owned());
    }
    wrong
}

/// The names of all tests in the repository.
pub fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (_, text) in ["crates", "services", "proto", "tests", "deploy"].into_iter().flat_map(repo::sources) {
        let mut marked = false;
        for line in text.lines().map(str::trim) {
            marked |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            if let Some((_, rest)) = line.split_once("fn ").filter(|_| marked && !line.starts_with("//")) {
                names.extend(rest.split('(').next().map(str::to_owned));
                marked = false;
            }
        }
    }
    names
}

#[test]
fn every_clause_of_the_directive_has_one_row_and_no_row_is_of_an_invented_clause() {
    let rows = rows(&repo::read("docs/DIRECTIVE.md"));
    let clauses: Vec<&str> = CLAUSES.split_whitespace().collect();
    for clause in &clauses {
        assert_eq!(rows.iter().filter(|row| row.id == *clause).count(), 1, "rows of {clause}");
    }
    for row in &rows {
        let known = clauses.contains(&row.id.as_str()) || latent(&row.id);
        assert!(known, "docs/DIRECTIVE.md:{}: {} is no clause", row.line, row.id);
    }
}

/// Traps TRAP-1.., latent requirements L1.., and sections of the act: what stands in the second table.
fn latent(id: &str) -> bool {
    id.starts_with("CCRA ")
        || id
            .strip_prefix("TRAP-")
            .or_else(|| id.strip_prefix('L'))
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

#[test]
fn what_the_directive_document_claims_is_there() {
    let (document, tests) = (repo::read("docs/DIRECTIVE.md"), tests());
    assert!(tests.len() > 100, "only {} tests were found", tests.len());
    for row in rows(&document) {
        let wrong = untrue(&row, &tests);
        assert!(wrong.is_empty(), "docs/DIRECTIVE.md:{}: {}: {}", row.line, row.id, wrong.join("; "));
    }
}

#[test]
fn a_false_claim_is_noticed() {
    let sample = "| R1 | text | cases | `services/none.rs` | `no_such_test` |\n| R2a | text | cases | done | not yet |\n| R3a | t | c | not yet | `x` |";
    let wrong: Vec<usize> = rows(sample).iter().map(|row| untrue(row, &BTreeSet::from(["x".to_owned()])).len()).collect();
    assert_eq!(wrong, [2, 1, 1]);
}
