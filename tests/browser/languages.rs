//! Both official languages: no string of the other one on any page.

use dashboard::pages::texts;

use crate::{chromium::Browser, look, pages, system};

/// Shortest part of a text that tells its language.
const SHORTEST: usize = 4;

/// Parts of the other language's texts that no text of this one contains: each would show that a text was not translated.
fn foreign(language: &str) -> Vec<&'static str> {
    let (own, other): (Vec<_>, Vec<_>) = texts().map(|(_, en, fr)| if language == "en" { (en, fr) } else { (fr, en) }).unzip();
    let parts = other.into_iter().flat_map(parts);
    parts.filter(|part| !own.iter().any(|text| contains(text, part))).collect()
}

/// The parts of a text between the places for values.
fn parts(text: &'static str) -> impl Iterator<Item = &'static str> {
    let pieces = text.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest));
    let bare = |piece: &'static str| piece.trim_matches(|c: char| !c.is_alphanumeric());
    pieces.map(bare).filter(|piece| piece.chars().count() >= SHORTEST)
}

/// Whether a text contains a part as whole words.
fn contains(text: &str, part: &str) -> bool {
    text.match_indices(part).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + part.len()..]);
        !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    })
}

/// Names of the parts of the system: the same in both languages, whatever else the word means in one of them.
const NAMES: [&str; 5] = ["intake", "cases", "safety", "notification", "reporting"];

/// Whether a text of a page shows a part of the other language. A single word may belong to a name, and counts where it stands alone.
fn shows(words: &str, part: &str) -> bool {
    if NAMES.contains(&words.trim()) {
        return false;
    }
    if part.contains(' ') { contains(words, part) } else { words.trim_matches(|c: char| !c.is_alphanumeric()) == part }
}

#[tokio::test]
async fn no_page_shows_a_string_of_the_other_language() {
    let (system, browser) = (system().await, Browser::start("languages").await);
    let mut found = Vec::new();
    pages::each(&system, &browser, async |page, entry, language| {
        let foreign = foreign(language);
        assert!(foreign.len() > 100, "only {} texts tell the languages apart", foreign.len());
        for words in look::words(page).await {
            let strays = foreign.iter().filter(|part| shows(&words, part));
            found.extend(strays.map(|part| format!("{} in {language}: {part:?} in {words:?}", entry.name)));
        }
    })
    .await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}
