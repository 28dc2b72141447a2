//! Sort order of names in a list, by the rules of its language: French does not sort É behind Z.

use std::cmp::Ordering;

use icu_collator::{CollatorBorrowed, options::CollatorOptions};
use icu_locale_core::locale;

/// Collator for one language.
pub struct Collation(Option<CollatorBorrowed<'static>>);

impl Collation {
    /// By the rules of Canadian French.
    #[must_use]
    pub fn french() -> Self {
        Self(CollatorBorrowed::try_new(locale!("fr-CA").into(), CollatorOptions::default()).ok())
    }

    /// By the rules of English.
    #[must_use]
    pub fn english() -> Self {
        Self(CollatorBorrowed::try_new(locale!("en-CA").into(), CollatorOptions::default()).ok())
    }

    /// Order of two names.
    #[must_use]
    pub fn compare(&self, one: &str, other: &str) -> Ordering {
        match &self.0 {
            Some(rules) => rules.compare(one, other),
            // The rules are compiled in; if they were missing a list would still have an order.
            None => one.cmp(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_names_stand_where_a_french_reader_looks_for_them() {
        let rules = Collation::french();
        let mut names = ["Zone", "Établissement d’Archambault", "Etablissement", "cote", "côté", "coté", "côte", "Œuvre", "Oka", "bureau"];
        names.sort_by(|one, other| rules.compare(one, other));
        assert_eq!(
            names,
            ["bureau", "cote", "côte", "coté", "côté", "Etablissement", "Établissement d’Archambault", "Œuvre", "Oka", "Zone"]
        );
        let english = Collation::english();
        assert_eq!(english.compare("Édmonton", "Zion"), Ordering::Less);
    }
}
