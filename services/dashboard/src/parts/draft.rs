//! Notice above a form whose draft a script keeps in the browser as it is typed, for the same person only; without a script it is not seen.

use maud::{Markup, html};

use super::texts;
use crate::text::Language;

/// The notice, and with it the name under which the draft is kept. The page on which the form has been taken names it in `data-draft-done`.
#[must_use]
pub fn notice(name: &str, language: Language) -> Markup {
    let texts = texts::of(language);
    html! {
        p class="notice draft" data-draft=(name) hidden {
            span role="status" data-text=(texts.draft_restored) {} " "
            button type="button" class="plain" { (texts.draft_discard) }
        }
    }
}
