//! Names of sites: in the language of a page, in the order of its alphabet.

use maud::{Markup, html};
use proto::{collation::Collation, safety::v1::Site};

use super::drawing::Drawing;
use crate::{clients::Sites, text::Language};

/// A site with its name for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub code: String,
    pub name: String,
    /// The language of the name, where the directory has none in that of the page [LOLA].
    pub foreign: Option<Language>,
}

impl Named {
    /// The name of a site in a language, or in the other.
    #[must_use]
    pub fn of(site: &Site, language: Language) -> Self {
        let (own, other) = match language {
            Language::English => (&site.name_en, &site.name_fr),
            Language::French => (&site.name_fr, &site.name_en),
        };
        // The directory repeats the English name where no French one is known.
        let borrowed = own.is_empty() || language == Language::French && own == other;
        let name = [own, other, &site.code].into_iter().find(|name| !name.is_empty()).cloned().unwrap_or_default();
        Self { code: site.code.clone(), name, foreign: (borrowed && !other.is_empty()).then_some(language.other()) }
    }

    /// The name of the site with a code; the code itself where the directory does not know it.
    #[must_use]
    pub fn by_code(code: &str, drawing: &Drawing<'_>) -> Self {
        let unknown = || Self { code: code.to_owned(), name: code.to_owned(), foreign: None };
        drawing.sites.get(code).map_or_else(unknown, |site| Self::of(site, drawing.language))
    }

    /// The name, marked where it is in the other language.
    #[must_use]
    pub fn draw(&self) -> Markup {
        html! { span lang=[self.foreign.map(Language::code)] { (self.name) } }
    }
}

/// A site by its name.
#[must_use]
pub fn name(code: &str, drawing: &Drawing<'_>) -> Markup {
    Named::by_code(code, drawing).draw()
}

/// Rules by which names are sorted in a language.
#[must_use]
pub fn order_of(language: Language) -> Collation {
    match language {
        Language::English => Collation::english(),
        Language::French => Collation::french(),
    }
}

/// Every site by name, in the order of the language.
#[must_use]
pub fn sites_in_order(language: Language, sites: &Sites) -> Vec<Named> {
    let rules = order_of(language);
    let mut named: Vec<Named> = sites.values().map(|site| Named::of(site, language)).collect();
    named.sort_by(|one, other| rules.compare(&one.name, &other.name).then_with(|| one.code.cmp(&other.code)));
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_sites_are_sorted_by_french_rules_and_a_name_in_the_other_language_says_so() {
        let site = |code: &str, en: &str, fr: &str| {
            (code.to_owned(), Site { code: code.into(), name_en: en.into(), name_fr: fr.into(), ..Site::default() })
        };
        let listed = [site("a", "Zenith", "Zénith"), site("b", "Archway", "Établissement d’Arche"), site("c", "Fern Hall", "Fern Hall")];
        let sites = Sites::new(listed.into());
        let names = |language| sites_in_order(language, &sites).into_iter().map(|s| (s.name, s.foreign)).collect::<Vec<_>>();
        let french = [("Établissement d’Arche", None), ("Fern Hall", Some(Language::English)), ("Zénith", None)];
        assert_eq!(names(Language::French), french.map(|(name, foreign)| (name.to_owned(), foreign)));
        assert!(names(Language::English).iter().all(|(_, foreign)| foreign.is_none()));
    }
}
