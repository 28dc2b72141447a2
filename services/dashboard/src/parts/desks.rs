//! Duty desks: who answers the telephone, as the deployment names them.

use std::path::Path;

use anyhow::Context as _;
use maud::{Markup, html};
use serde::Deserialize;

use super::texts;
use crate::text::Language;

/// Most desks, and most characters of one of their texts.
const MOST: usize = 20;
const LONGEST: usize = 120;

/// A desk that answers at any hour, or at the hours that its note says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    pub name_en: String,
    pub name_fr: String,
    /// As it is dialled, for example `+1 613 555 0100`.
    pub telephone: String,
    #[serde(default)]
    pub note_en: String,
    #[serde(default)]
    pub note_fr: String,
}

impl Desk {
    /// The number as a telephone dials it.
    fn dialled(&self) -> String {
        self.telephone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }

    fn is_sound(&self) -> bool {
        let texts = [&self.name_en, &self.name_fr, &self.telephone, &self.note_en, &self.note_fr];
        let named = !self.name_en.trim().is_empty() && !self.name_fr.trim().is_empty();
        named && self.dialled().len() >= 3 && texts.iter().all(|text| text.chars().count() <= LONGEST)
    }
}

/// Reads the file: a JSON list of `{name_en, name_fr, telephone, note_en, note_fr}`.
///
/// # Errors
/// It cannot be read, has another format, or a desk has no name in both languages or no number.
pub fn read(path: &Path) -> anyhow::Result<Vec<Desk>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&bytes).with_context(|| format!("{} is not a list of duty desks", path.display()))
}

fn parse(bytes: &[u8]) -> anyhow::Result<Vec<Desk>> {
    let desks: Vec<Desk> = serde_json::from_slice(bytes)?;
    anyhow::ensure!(
        desks.len() <= MOST && desks.iter().all(Desk::is_sound),
        "a desk has a name in both languages and a number, each at most {LONGEST} characters"
    );
    Ok(desks)
}

/// The desks with their numbers; without any, where the number is to be found.
#[must_use]
pub fn draw(desks: &[Desk], language: Language) -> Markup {
    let texts = texts::of(language);
    html! {
        @if desks.is_empty() { p { (texts.desks_unknown) } }
        @else {
            ul class="desks" {
                @for desk in desks {
                    @let (name, note) = match language { Language::English => (&desk.name_en, &desk.note_en), Language::French => (&desk.name_fr, &desk.note_fr) };
                    li {
                        (name) " " a href=(format!("tel:{}", desk.dialled())) { (desk.telephone) }
                        @if !note.is_empty() { " (" (note) ")" }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duty_desk_is_shown_with_a_number_to_press_in_the_language_of_the_page() {
        let desks = parse(br#"[{"name_en": "NHQ", "name_fr": "AC", "telephone": "+1 613 555-0100", "note_fr": "jour et nuit"}]"#).unwrap();
        let page = draw(&desks, Language::French).into_string();
        assert!(page.contains("AC <a href=\"tel:+16135550100\">+1 613 555-0100</a> (jour et nuit)"), "{page}");
    }

    #[test]
    fn without_desks_a_page_says_where_the_number_is_and_a_desk_without_a_number_is_refused() {
        assert!(draw(&[], Language::English).into_string().contains("emergency procedure"));
        for wrong in [
            "{}",
            r#"[{"name_en": "NHQ", "name_fr": "AC", "telephone": "-"}]"#,
            r#"[{"name_en": "", "name_fr": "AC", "telephone": "911"}]"#,
        ] {
            assert!(parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
