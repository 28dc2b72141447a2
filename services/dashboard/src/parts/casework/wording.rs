//! The words of the exception, each in its own language, and what is to be confirmed of them [GL2c/2d].

use maud::{Markup, html};
use proto::cases::v1::ExceptionWording;

use super::texts;
use crate::parts::drawing::Drawing;

/// The words in both languages, whatever the language of the page.
#[must_use]
pub fn draw(words: &ExceptionWording, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        @if !words.english.is_empty() {
            dl class="facts-list" {
                dt { (texts.wording_english) }
                dd { q lang="en" { (words.english) } }
                dt { (texts.wording_french) }
                dd { q lang="fr" { (words.french) } }
            }
            @if !words.french_is_official { p class="notice" { (texts.wording_unofficial) } }
        }
    }
}
