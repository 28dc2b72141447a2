//! The catalogue of clauses: each with its source, its subject in both languages, and which permissions and refusals name it [P1].

use std::sync::LazyLock;

use strum::{EnumString, IntoStaticStr, VariantArray};

const CLAUSES: &str = include_str!("../../data/clauses.txt");
/// Written by `tests/contract/clauses.rs` from the sources of every service.
const USES: &str = include_str!("../../data/clause-uses.txt");

/// Where a clause comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Source {
    Directive,
    Guidelines,
    Reference,
    Law,
    Programme,
    Latent,
}

/// A clause as refusals and rules name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clause {
    pub id: &'static str,
    pub source: Source,
    /// What it is about, in our words: not the official text.
    pub en: &'static str,
    pub fr: &'static str,
}

/// What names a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Permission {
        service: &'static str,
        permission: &'static str,
    },
    /// Of every service where `service` is empty.
    Refusal {
        service: &'static str,
        reason: &'static str,
        en: &'static str,
        fr: &'static str,
    },
}

static CATALOGUE: LazyLock<Vec<Clause>> = LazyLock::new(|| CLAUSES.lines().skip(1).filter_map(clause).collect());

/// Every clause, in the order of the catalogue.
#[must_use]
pub fn all() -> &'static [Clause] {
    &CATALOGUE
}

/// The clause of an id.
#[must_use]
pub fn find(id: &str) -> Option<Clause> {
    all().iter().find(|clause| clause.id == id.trim()).copied()
}

/// What names a clause, permissions first.
#[must_use]
pub fn uses(id: &str) -> Vec<Use> {
    USES.lines().filter_map(used).filter(|(of, _)| *of == id).map(|(_, what)| what).collect()
}

fn clause(line: &'static str) -> Option<Clause> {
    match line.split('|').collect::<Vec<_>>().as_slice() {
        [id, source, en, fr] => Some(Clause { id, source: source.parse().ok()?, en, fr }),
        _ => None,
    }
}

fn used(line: &'static str) -> Option<(&'static str, Use)> {
    match line.split('|').collect::<Vec<_>>().as_slice() {
        [id, "permission", service, permission] => Some((id, Use::Permission { service, permission })),
        [id, "refusal", service, reason, en, fr] => Some((id, Use::Refusal { service, reason, en, fr })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_line_of_the_catalogue_is_a_clause_and_none_stands_twice() {
        assert_eq!(all().len(), CLAUSES.lines().count() - 1);
        assert_eq!(all().iter().map(|clause| clause.id).collect::<BTreeSet<_>>().len(), all().len());
        for clause in all() {
            assert!(!clause.en.is_empty() && !clause.fr.is_empty() && clause.en != clause.fr, "{}", clause.id);
        }
        assert_eq!(USES.lines().filter_map(used).count(), USES.lines().count());
    }

    #[test]
    fn a_clause_says_which_permissions_and_refusals_name_it() {
        assert_eq!(find(" R3c ").map(|clause| clause.id), Some("R3c"));
        assert!(find("R99").is_none() && uses("R99").is_empty());
        let named = uses("R3c");
        assert!(named.iter().any(|one| matches!(one, Use::Permission { service: "cases", permission: "case.read" })));
        assert!(named.iter().any(|one| matches!(one, Use::Refusal { service: "", reason: "not-found", .. })));
    }
}
