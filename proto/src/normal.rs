//! Normal form in which references, keys and names are compared, and the test for blank text.
//!
//! Text is stored as typed; only comparisons use this form.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{Dash, DefaultIgnorableCodePoint, GeneralCategory, NoncharacterCodePoint, PrependedConcatenationMark},
};

/// Normal form of a key, the same under every spelling: composed, case-folded, every dash a hyphen and every apostrophe one, every run of
/// spaces one space and none at the ends, no invisible characters. Accents, digits and punctuation are kept.
///
/// Idempotent: the key of a key is itself.
#[must_use]
pub fn key(text: &str) -> String {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let folded = fold(&nfc.normalize(text));
    let mut plain = String::with_capacity(folded.len());
    for seen in folded.chars().filter(|c| !is_invisible(*c)) {
        let one = match seen {
            _ if is_space(seen) => ' ',
            _ if is_dash(seen) => '-',
            _ if is_apostrophe(seen) => '\'',
            _ => seen,
        };
        if one != ' ' || !(plain.is_empty() || plain.ends_with(' ')) {
            plain.push(one);
        }
    }
    // Composed again: a character removed between a letter and its accent may have kept them apart.
    nfc.normalize(plain.trim_end()).into_owned()
}

/// Normal form of a person's name: without case, accents, punctuation and invisible characters, its words in alphabetical order, so that
/// "Exemple, Andre" is "André EXEMPLE". Two people may have one name: equality says that they may be one, and no more.
#[must_use]
pub fn name(text: &str) -> String {
    let parts = DecomposingNormalizerBorrowed::new_nfkd().normalize(&key(text)).into_owned();
    let letters: String = parts.chars().filter(|c| !is_mark(*c)).map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let mut words: Vec<&str> = letters.split_whitespace().collect();
    words.sort_unstable();
    words.join(" ")
}

/// Whether it is an accent or another mark on a letter.
fn is_mark(c: char) -> bool {
    CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::NonspacingMark
}

/// Whether a text has no visible character: spaces, and characters that are drawn as nothing.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| is_space(c) || is_invisible(c))
}

/// Whether a character is drawn as nothing: zero-width, joining, direction and format marks, fillers, selectors, non-space controls.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    if is_space(c) {
        return false;
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let format = category == GeneralCategory::Format && !CodePointSetData::new::<PrependedConcatenationMark>().contains(c);
    format
        || category == GeneralCategory::Control
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || CodePointSetData::new::<NoncharacterCodePoint>().contains(c)
}

/// Whether it is a space of any width, a tab or a line break; the empty cell of Braille is one too.
fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

fn is_dash(c: char) -> bool {
    CodePointSetData::new::<Dash>().contains(c)
}

/// Characters that keyboards and word processors write for an apostrophe.
const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{b4}' | '\u{60}' | '\u{ff07}')
}

/// Lower case via upper case: ß and ẞ are ss, both small sigmas are one.
fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_the_same_under_every_spelling_of_its_dashes_spaces_case_and_accents() {
        let spellings = [
            "PAC-0001-é",
            "pac-0001-e\u{301}",
            " Pac\u{2010}0001\u{2013}É ",
            "\u{feff}PAC\u{2212}0001\u{2014}E\u{301}\u{a0}",
            "P\u{200b}AC\u{2011}00\u{ad}01-é\u{200e}",
        ];
        for spelling in spellings {
            assert_eq!(key(spelling), "pac-0001-é", "{spelling:?}");
        }
        for spelling in ["Jean\u{2009}\u{3000}O\u{2019}Brien", "JEAN O'BRIEN", "jean\t\r\no\u{2bc}brien"] {
            assert_eq!(key(spelling), "jean o'brien", "{spelling:?}");
        }
        assert_eq!(key("STRASSE"), key("straße"));
        assert_eq!(key("ΣΟΦΟΣ"), key("σοφος"));
    }

    #[test]
    fn two_references_that_a_person_can_tell_apart_are_two() {
        for (one, other) in [("PAC-1", "PAC-2"), ("PAC1", "PAC-1"), ("Rene", "René"), ("a b", "ab"), ("x²", "x2"), ("1", "l")] {
            assert_ne!(key(one), key(other));
        }
    }

    #[test]
    fn a_name_is_the_same_under_every_spelling_that_clerks_use() {
        for spelling in ["André Exemple", "EXEMPLE, Andre", "exemple andre\u{301}", " Exemple,\u{a0}André. ", "A\u{200b}ndré  EXEMPLE"] {
            assert_eq!(name(spelling), "andre exemple", "{spelling:?}");
        }
        assert_eq!(name("O\u{2019}Exemple-Fictif, Zoë"), name("zoe o'exemple fictif"));
        assert_ne!(name("Andre Exemple"), name("Andrea Exemple"));
        assert_eq!(name("ᐊᓇ"), name(" ᐊᓇ "));
        assert_eq!(name(" -- "), "");
    }

    #[test]
    fn invisible_characters_alone_are_no_text() {
        let nothing = [
            "",
            " \t\r\n",
            "\u{200b}\u{200d}\u{feff}",
            "\u{3164}\u{2800}\u{115f}",
            "\u{202e}\u{2066}\u{ad}",
            "\u{fe0f}\u{e0020}",
            "\0\u{7f}",
        ];
        for text in nothing {
            assert!(is_blank(text), "{text:?}");
            assert_eq!(key(text), "", "{text:?}");
        }
        for text in ["a", "\u{200b}.", "🕊", "é", "\u{600}", "ـ"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn the_normal_form_of_any_character_is_its_own_normal_form() {
        // The planes with letters, marks and selectors; the others have ideographs and private-use characters.
        for c in (0..=0x1_ffff).chain(0xe_0000..=0xe_0fff).filter_map(char::from_u32) {
            let once = key(&format!("A{c}\u{301}z{c} "));
            assert_eq!(key(&once), once, "{:x}", u32::from(c));
        }
    }
}
