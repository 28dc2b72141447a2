//! Links from a clause to its page in the catalogue [P1].

use maud::{Markup, html};

use super::address;
use crate::text::{Language, fill};

/// Place of a clause in a text.
const PLACE: &str = "{clause}";

/// Address of the page of a clause, without the language.
#[must_use]
pub fn path(clause: &str) -> String {
    format!("/clauses/{}", address::escaped(clause).replace('/', "%2F"))
}

/// A clause by its id, as a link to its page.
#[must_use]
pub fn link(clause: &str, language: Language) -> Markup {
    html! { a href=(format!("/{}{}", language.code(), path(clause))) { (clause) } }
}

/// A text with other values in their places, and the link in the place of the clause.
#[must_use]
pub fn within(text: &str, clause: &str, values: &[(&str, &str)], language: Language) -> Markup {
    let Some((before, after)) = text.split_once(PLACE) else { return html! { (fill(text, values)) } };
    html! { (fill(before, values)) (link(clause, language)) (fill(after, values)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_is_a_link_to_its_page_whatever_its_id_holds() {
        assert_eq!(link("GL2c/2d", Language::French).into_string(), "<a href=\"/fr/clauses/GL2c%2F2d\">GL2c/2d</a>");
        assert_eq!(path("CCRA 2(4)"), "/clauses/CCRA%202%284%29");
    }

    #[test]
    fn a_text_has_the_link_in_the_place_of_its_clause() {
        let drawn = within("Rule {clause}, reason code {reason}", "R3a", &[("reason", "x")], Language::English).into_string();
        assert_eq!(drawn, "Rule <a href=\"/en/clauses/R3a\">R3a</a>, reason code x");
        assert_eq!(within("{reason}", "R3a", &[("reason", "<x>")], Language::English).into_string(), "&lt;x&gt;");
    }
}
