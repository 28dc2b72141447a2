//! Official languages, and what is sent where the preference is unknown [LOLA].

use strum::{EnumString, IntoStaticStr};

/// Official language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(const_into_str)]
pub enum Language {
    #[strum(serialize = "en")]
    English,
    #[strum(serialize = "fr")]
    French,
}

/// Language preference of a person; `None` is "not said": both languages are sent.
pub type Preference = Option<Language>;

/// Mark of an item rendered in both languages.
pub const BOTH: &str = "en+fr";

impl Language {
    /// Code used on the wire and in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    /// Language with this code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

/// Mark of a preference: `en`, `fr`, or `en+fr` where it is not known.
#[must_use]
pub fn mark(preference: Preference) -> &'static str {
    preference.map_or(BOTH, Language::code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_not_said_gets_both_languages() {
        assert_eq!([mark(None), mark(Language::of("fr")), mark(Language::of("en"))], ["en+fr", "fr", "en"]);
        assert_eq!(Language::of(BOTH), None);
        assert_eq!(Language::of("de"), None);
    }
}
