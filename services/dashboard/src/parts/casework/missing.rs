//! A condition that does not hold, as the service says it: what is missing, who can bring it about, and the clause behind it.

use maud::{Markup, html};
use proto::cases::v1::MissingCondition;

use super::texts;
use crate::text::{Language, fill};

/// An item of a list of what is missing.
#[must_use]
pub fn needed(missing: &MissingCondition, language: Language) -> Markup {
    let french = language == Language::French;
    let (what, remedy) = if french { (&missing.needed_fr, &missing.remedy_fr) } else { (&missing.needed_en, &missing.remedy_en) };
    let rule = fill(texts::of(language).by_rule, &[("clause", &missing.clause)]);
    html! { li { strong { (capital(what)) } ". " (remedy) " " span class="rule" { "(" (rule) ")" } } }
}

/// The text with a capital at its beginning.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
