//! Parts of a version: rules, checklists and wording, each by its key, with its clause and in both languages [R1, LOLA].

use base::Refusal;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{
    domain::{
        access::decision::Verb,
        clause,
        protocol::rule::{self, Requirement},
        text,
    },
    error,
};

/// Most characters of a key.
const KEY: usize = 60;
/// Most parts of a version.
pub const MOST: usize = 200;

/// Kind of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Kind {
    Rule,
    Checklist,
    Wording,
}

impl Kind {
    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// A part of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub kind: Kind,
    pub key: String,
    /// Of the catalogue.
    pub clause: &'static str,
    pub en: String,
    pub fr: String,
    /// What the product checks, and of which step; `None`: people follow the words.
    pub check: Option<(Verb, Requirement)>,
}

/// A part as a caller gives it.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    pub kind: Kind,
    pub key: &'a str,
    pub clause: &'a str,
    pub en: &'a str,
    pub fr: &'a str,
    /// Permission of a step, or empty.
    pub step: &'a str,
    pub requirement: Option<Requirement>,
}

/// Validates a part.
///
/// # Errors
/// A key that is none, a clause that the catalogue does not have, a language without words, or a check that is not one of a rule.
pub fn part(given: &Given<'_>) -> Result<Part, Refusal> {
    let key = key(given.key)?;
    let clause = clause::find(given.clause).ok_or_else(error::clause_unknown)?.id;
    let en = text::given(given.en, text::NARRATIVE, "text_en", error::part_text_missing("text_en"))?;
    let fr = text::given(given.fr, text::NARRATIVE, "text_fr", error::part_text_missing("text_fr"))?;
    let check = match (given.step.trim(), given.requirement) {
        ("", None) => None,
        _ if given.kind != Kind::Rule => return Err(error::check_not_of_a_rule()),
        (step, Some(requirement)) if !step.is_empty() => {
            let verb = step.parse().ok().filter(|verb| rule::may_bind(*verb)).ok_or_else(error::step_not_bound)?;
            Some((verb, requirement))
        }
        _ => return Err(error::check_half_given()),
    };
    Ok(Part { kind: given.kind, key, clause, en, fr, check })
}

/// The key of a part.
///
/// # Errors
/// It is empty, too long, or of other characters.
pub fn key(text: &str) -> Result<String, Refusal> {
    let key = text.trim();
    let is_key = |key: &str| key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if key.is_empty() || key.len() > KEY || !is_key(key) { Err(error::part_key_malformed()) } else { Ok(key.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: Given<'_> =
        Given { kind: Kind::Rule, key: "two-visits", clause: "R4a", en: "words", fr: "mots", step: "", requirement: None };

    fn reason(given: &Given<'_>) -> &'static str {
        part(given).map_or_else(|refusal| refusal.reason, |_| "accepted")
    }

    #[test]
    fn a_part_has_a_key_a_clause_of_the_catalogue_and_words_in_both_languages() {
        for (given, expected) in [
            (GIVEN, "accepted"),
            (Given { key: "", ..GIVEN }, "part-key-malformed"),
            (Given { key: "Two Visits", ..GIVEN }, "part-key-malformed"),
            (Given { clause: concat!("R", "99"), ..GIVEN }, "clause-unknown"),
            (Given { en: " ", ..GIVEN }, "part-text-missing"),
            (Given { fr: "", ..GIVEN }, "part-text-missing"),
            (Given { en: "a\0b", ..GIVEN }, "text-unreadable"),
        ] {
            assert_eq!(reason(&given), expected, "{given:?}");
        }
    }

    #[test]
    fn only_a_rule_has_a_check_and_never_one_of_a_step_that_stops_something() {
        let check = Given { step: "session.plan", requirement: Some(Requirement::NotTaken), ..GIVEN };
        for (given, expected) in [
            (check, "accepted"),
            (Given { requirement: None, ..check }, "check-half-given"),
            (Given { step: "", ..check }, "check-half-given"),
            (Given { step: "session.step", ..check }, "step-not-bound"),
            (Given { step: "assessment.record", ..check }, "step-not-bound"),
            (Given { step: "nothing", ..check }, "step-not-bound"),
            (Given { kind: Kind::Wording, ..check }, "check-not-of-a-rule"),
        ] {
            assert_eq!(reason(&given), expected, "{given:?}");
        }
    }
}
