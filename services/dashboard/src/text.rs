//! Languages of the pages, and the macro that declares texts in both: a key without one of them does not compile.

/// Language of a page, as in its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    English,
    French,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// "en" or "fr".
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::English => Self::French,
            Self::French => Self::English,
        }
    }

    /// The language a browser requests: whichever of the two comes first in `Accept-Language`.
    #[must_use]
    pub fn preferred(header: Option<&str>) -> Self {
        let wanted = header.unwrap_or_default().split(',').map(str::trim);
        let mut known = wanted.filter_map(|tag| Self::parse(tag.get(..2)?));
        known.next().unwrap_or(Self::English)
    }
}

/// Substitutes values for `{name}` in a text.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Texts of one page: key, English, French.
pub type List = &'static [(&'static str, &'static str, &'static str)];

/// Declares the texts of one page: `Texts`, `of(language)`, and `ALL` for the tests.
macro_rules! texts {
    ($($key:ident: $en:literal, $fr:literal;)+) => {
        /// The texts of one language.
        #[derive(Debug)]
        pub struct Texts { $(pub $key: &'static str),+ }

        static ENGLISH: Texts = Texts { $($key: $en),+ };
        static FRENCH: Texts = Texts { $($key: $fr),+ };

        /// Every text as key, English, French.
        pub const ALL: $crate::text::List = &[$((stringify!($key), $en, $fr)),+];

        /// The texts of a language.
        #[must_use]
        pub const fn of(language: $crate::text::Language) -> &'static Texts {
            match language {
                $crate::text::Language::English => &ENGLISH,
                $crate::text::Language::French => &FRENCH,
            }
        }
    };
}
pub(crate) use texts;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages;

    /// Texts that are the same in both languages by nature.
    const SAME: [&str; 5] = ["other_language", "ontario", "national", "condition", "module"];

    fn places(text: &str) -> Vec<String> {
        let mut found: Vec<String> =
            text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect();
        found.sort();
        found
    }

    #[test]
    fn every_text_stands_in_both_languages_with_the_same_places_for_values() {
        for (key, en, fr) in pages::texts() {
            assert!(!en.trim().is_empty() && !fr.trim().is_empty(), "{key}");
            assert_eq!(places(en), places(fr), "{key}");
            assert!(SAME.contains(&key) || en != fr, "{key} is not translated");
        }
    }

    #[test]
    fn french_punctuation_is_never_torn_from_its_word() {
        for (key, _, fr) in pages::texts() {
            for mark in [" :", " »", "« "] {
                assert!(!fr.contains(mark), "{key}: use a no-break space in {mark:?}");
            }
            // In Canada a space stands before the colon, and before none of these.
            for mark in [" ;", " !", " ?", "\u{a0};", "\u{a0}!", "\u{a0}?", "\u{202f};", "\u{202f}!", "\u{202f}?"] {
                assert!(!fr.contains(mark), "{key}: no space before {mark:?}");
            }
            assert!(!fr.contains('\''), "{key}: use the French apostrophe");
        }
    }

    #[test]
    fn a_browser_that_asks_for_french_first_gets_french() {
        assert_eq!(Language::preferred(Some("fr-CA,en;q=0.8")), Language::French);
        assert_eq!(Language::preferred(Some("de, en-GB, fr")), Language::English);
        assert_eq!(Language::preferred(Some("é")), Language::English);
        assert_eq!(Language::preferred(None), Language::English);
    }
}
