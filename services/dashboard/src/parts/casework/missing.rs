//! What the gate says of something, as the service says it: what is missing, who can bring it about, the clause behind it, and a block.

use maud::{Markup, html};
use proto::cases::v1::MissingCondition;
use time::OffsetDateTime;

use super::texts;
use crate::{
    parts::{clause, time::instant_or},
    text::Language,
};

/// An item of a list of what is missing.
#[must_use]
pub fn needed(missing: &MissingCondition, language: Language) -> Markup {
    let french = language == Language::French;
    let (what, remedy) = if french { (&missing.needed_fr, &missing.remedy_fr) } else { (&missing.needed_en, &missing.remedy_en) };
    let rule = clause::within(texts::of(language).by_rule, &missing.clause, &[], language);
    html! { li { strong { (marked(&capital(what), &missing.verbatim_en, language)) } ". " (remedy) " " span class="rule" { "(" (rule) ")" } } }
}

/// A text with the words that it quotes in English marked as English, for whoever listens to the page.
fn marked(text: &str, verbatim: &str, language: Language) -> Markup {
    let parts = Some(verbatim).filter(|words| !words.is_empty() && language != Language::English).and_then(|words| text.split_once(words));
    match parts {
        Some((before, after)) => html! { (before) span lang="en" { (verbatim) } (after) },
        None => html! { (text) },
    }
}

/// What still keeps something from going on; that nothing does, where the gate is asked next.
#[must_use]
pub fn in_the_way(missing: &[MissingCondition], asks_the_gate: bool, language: Language) -> Markup {
    let texts = texts::of(language);
    html! {
        @if !missing.is_empty() {
            p { (texts.still_needs) }
            ul class="waits" { @for one in missing { (needed(one, language)) } }
        } @else if asks_the_gate {
            p class="clear" { (texts.nothing_missing) }
        }
    }
}

/// That something was let through and may not go on, since when, and what becomes of it.
#[must_use]
pub fn blocked(since: Option<OffsetDateTime>, why: &str, language: Language) -> Markup {
    html! {
        @if let Some(since) = since {
            div class="notice" { p { strong { (texts::of(language).blocked_since) " " (instant_or(Some(since), "")) } " " (why) } }
        }
    }
}

/// The text with a capital at its beginning.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_words_quoted_on_a_french_page_are_marked_as_english() {
        let missing = MissingCondition {
            needed_en: "the words “unless so”".into(),
            needed_fr: "les mots « unless so » (à confirmer)".into(),
            verbatim_en: "unless so".into(),
            ..MissingCondition::default()
        };
        let french = needed(&missing, Language::French).into_string();
        assert!(french.contains("Les mots « <span lang=\"en\">unless so</span> » (à confirmer)"), "{french}");
        assert!(!needed(&missing, Language::English).into_string().contains("lang="));
        let none = MissingCondition { verbatim_en: String::new(), ..missing };
        assert!(!needed(&none, Language::French).into_string().contains("lang="));
    }
}
