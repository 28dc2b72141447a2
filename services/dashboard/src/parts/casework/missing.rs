//! What the gate says of something, as the service says it: what is missing, who can bring it about, the clause behind it, and a block.

use maud::{Markup, html};
use proto::cases::v1::MissingCondition;
use time::OffsetDateTime;

use super::texts;
use crate::{
    parts::time::instant_or,
    text::{Language, fill},
};

/// An item of a list of what is missing.
#[must_use]
pub fn needed(missing: &MissingCondition, language: Language) -> Markup {
    let french = language == Language::French;
    let (what, remedy) = if french { (&missing.needed_fr, &missing.remedy_fr) } else { (&missing.needed_en, &missing.remedy_en) };
    let rule = fill(texts::of(language).by_rule, &[("clause", &missing.clause)]);
    html! { li { strong { (capital(what)) } ". " (remedy) " " span class="rule" { "(" (rule) ")" } } }
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
