//! Clauses named by rules and refusals: each is in docs/DIRECTIVE.md.

use std::collections::BTreeSet;

use cases::domain::clause;
use proto::PROGRAMME;

use crate::{access::served, directive, refusals, repo};

/// The clauses that refusals name in a source, as (line, clause).
fn refused(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for kind in ["invalid", "precondition", "denied", "conflict"] {
        let call = format!("Refusal::{kind}(");
        for (at, _) in text.match_indices(&call) {
            let arguments = text[at + call.len()..].split(',');
            let Some(clause) = arguments.map(str::trim).nth(1) else { continue };
            if let Some(clause) = clause.strip_prefix('"').and_then(|c| c.strip_suffix('"')) {
                found.push((text[..at].lines().count().max(1), clause.to_owned()));
            }
        }
    }
    // A clause that stands in a field or is chosen by a function.
    for (number, line) in text.lines().enumerate() {
        for (at, mark) in line.match_indices("clause: \"").chain(line.match_indices("CLAUSE: &str = \"")) {
            if let Some(clause) = line[at + mark.len()..].split('"').next() {
                found.push((number + 1, clause.to_owned()));
            }
        }
    }
    found
}

#[test]
fn every_clause_of_a_rule_or_a_refusal_is_a_clause_of_the_directive() {
    let known = directive::catalogue();
    for rule in served().iter().flat_map(|(_, _, rules)| *rules) {
        assert!(known.contains(rule.clause), "{}: docs/DIRECTIVE.md has no {}", rule.method, rule.clause);
    }
    let mut seen = 0;
    for process in repo::PROCESSES.into_iter().chain(["ro"]) {
        for (file, text) in repo::sources(&format!("services/{process}/src")) {
            for (line, clause) in refused(&text) {
                assert!(known.contains(clause.as_str()), "{file}:{line}: docs/DIRECTIVE.md has no {clause}");
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "only {seen} clauses were found: does the scan still fit the code?");
}

const USES: &str = "services/cases/data/clause-uses.txt";

// [P1]
#[test]
fn every_refusal_of_every_service_names_a_clause_that_the_catalogue_has_in_both_languages() {
    let of_document: BTreeSet<String> = directive::catalogue().into_iter().filter(|id| !["id", "---"].contains(&id.as_str())).collect();
    let of_catalogue: BTreeSet<String> = clause::all().iter().map(|clause| clause.id.to_owned()).collect();
    assert_eq!(of_document, of_catalogue, "docs/DIRECTIVE.md and services/cases/data/clauses.txt");
    let mut uses = BTreeSet::new();
    for (service, _, rules) in served() {
        for rule in rules {
            uses.insert(format!("{}|permission|{service}|{}", rule.clause, rule.permission));
        }
    }
    for place in refusals::PLACES {
        let service = if place == "crates" { "" } else { place };
        for refusal in refusals::of_place(place).into_values().filter(|refusal| refusal.clause != "{}") {
            assert!(of_catalogue.contains(&refusal.clause), "{place}: {} names {}", refusal.reason, refusal.clause);
            let line = [&refusal.clause, "refusal", service, &refusal.reason, &refusal.en, &refusal.fr];
            assert!(line.iter().all(|cell| !cell.contains('|')), "{line:?}");
            uses.insert(line.join("|"));
        }
    }
    // The catalogue says on the page of a clause what names it.
    let uses: String = uses.iter().map(|line| format!("{line}\n")).collect();
    repo::golden(USES, &uses);
}

/// The reasons of the crates that a source asks a clause for: a literal, or a constant of the sources.
fn asked(text: &str, constants: &[(String, String)]) -> Vec<String> {
    let calls = text.match_indices("clause_of(").filter_map(|(at, call)| text[at + call.len()..].split(')').next());
    let constant = |name: &str| constants.iter().find(|(of, _)| of == name).map(|(_, reason)| reason.clone());
    calls
        .filter_map(|argument| if argument.starts_with('"') { Some(argument.trim_matches('"').to_owned()) } else { constant(argument) })
        .collect()
}

#[test]
fn the_programme_gives_every_refusal_of_the_crates_a_clause_of_the_directive() {
    let known = directive::catalogue();
    let sources: Vec<String> = repo::sources("crates")
        .into_iter()
        .filter(|(path, _)| path.contains("/src/"))
        .map(|(_, text)| text.split("#[cfg(test)]").next().unwrap_or_default().to_owned())
        .collect();
    let constant = |line: &str| {
        let (name, rest) = line.strip_prefix("pub const ")?.split_once(": &str = \"")?;
        Some((name.to_owned(), rest.split('"').next()?.to_owned()))
    };
    let constants: Vec<(String, String)> = sources.iter().flat_map(|text| text.lines().filter_map(constant)).collect();
    let asked: BTreeSet<String> = sources.iter().flat_map(|text| asked(text, &constants)).collect();
    let given: BTreeSet<String> = PROGRAMME.clauses.iter().map(|(reason, _)| (*reason).to_owned()).collect();
    assert_eq!(asked, given, "proto/src/programme.rs");
    assert!(given.len() > 10, "only {} refusals were found: does the scan still fit the code?", given.len());
    for (reason, clause) in PROGRAMME.clauses {
        assert!(known.contains(*clause), "{reason}: docs/DIRECTIVE.md has no {clause}");
    }
}

/// The clauses in the brackets of a comment: `[R3e, IM1b]`. Other brackets, such as links, name none.
fn marked(line: &str) -> Vec<&str> {
    let Some((_, comment)) = line.split_once("//") else { return Vec::new() };
    let inside = comment.split('[').skip(1).filter_map(|rest| rest.split(']').next());
    inside.flat_map(|marks| marks.split(',')).map(str::trim).filter(|mark| looks_like_a_clause(mark)).collect()
}

fn looks_like_a_clause(mark: &str) -> bool {
    let numbered = ["IM", "RM", "TS", "ENQ", "GL", "CARD", "P", "A", "R", "L", "TRAP-"];
    let rest = numbered.iter().find_map(|kind| mark.strip_prefix(kind)).unwrap_or_default();
    let is_number =
        rest.starts_with(|c: char| c.is_ascii_digit()) && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b".-/".contains(&b));
    is_number || mark.starts_with("D-") || mark.starts_with("X-")
}

#[test]
fn every_mark_in_a_comment_names_a_clause_or_a_section_of_the_directive() {
    let known = directive::catalogue();
    let is_known = |mark: &str| known.contains(mark) || known.iter().any(|id| id.strip_prefix(mark).is_some_and(|rest| rest.len() == 1));
    let mut seen = 0;
    for (file, text) in ["crates", "services", "proto/src", "deploy"].into_iter().flat_map(repo::sources) {
        for (number, line) in text.lines().enumerate() {
            for mark in marked(line) {
                assert!(is_known(mark), "{file}:{}: docs/DIRECTIVE.md has no {mark}", number + 1);
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "only {seen} marks were found");
    assert_eq!(marked("/// Rings [R3e, D-VOM], see [`Rule`] and [R99]."), ["R3e", "D-VOM", "R99"]);
    assert!(!is_known("R99") && is_known("R8"));
}

#[test]
fn a_clause_that_does_not_exist_is_found_wherever_it_stands() {
    let text = "x\nErr(Refusal::invalid(\n  \"reason\",\n  \"R99\",\n  \"f\", \"en\", \"fr\"))\nRule { clause: \"R98\" }\n";
    assert_eq!(refused(text), [(2, "R99".to_owned()), (6, "R98".to_owned())]);
}
