//! Texts in both official languages: a text without one of them does not compile [LOLA].

use clap::{Args, ValueEnum};
use proto::sheet::Separator;

use base::printable;

/// Language of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// English
    En,
    /// Français
    Fr,
}

impl Lang {
    /// The language of a locale such as `fr_CA.UTF-8`; English for any other than French.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        let name = locale.split(['_', '.', '-', '@']).next().unwrap_or_default();
        if name.eq_ignore_ascii_case("fr") { Self::Fr } else { Self::En }
    }

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// Separator of the cells of a CSV file.
    #[must_use]
    pub const fn separator(self) -> Separator {
        Separator::of(matches!(self, Self::Fr))
    }
}

/// Language of what a command prints.
#[derive(Debug, Clone, Default, Args)]
pub struct Language {
    /// Language of the answers; without it, the language of the terminal
    #[arg(long, value_enum)]
    pub lang: Option<Lang>,

    #[arg(long, env = "LC_ALL", hide = true)]
    pub locale_all: Option<String>,

    #[arg(long, env = "LANG", hide = true)]
    pub locale: Option<String>,
}

impl Language {
    /// The language asked for, or the terminal's.
    #[must_use]
    pub fn lang(&self) -> Lang {
        let stated = [&self.locale_all, &self.locale].into_iter().flatten().find(|l| !l.is_empty());
        self.lang.unwrap_or_else(|| Lang::of_locale(stated.map_or("", String::as_str)))
    }
}

/// One text; each `{}` is a placeholder that [`Words::fill`] replaces, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    pub en: &'static str,
    pub fr: &'static str,
}

impl Words {
    #[must_use]
    pub const fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Fr => self.fr,
        }
    }

    /// The text with each `{}` replaced; inserted text is never searched again, and cannot begin a new line.
    #[must_use]
    pub fn fill(self, lang: Lang, parts: &[&str]) -> String {
        printable::filled(self.of(lang), parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides_the_language_and_english_is_the_rest() {
        for (locale, lang) in [
            ("fr_CA.UTF-8", Lang::Fr),
            ("fr", Lang::Fr),
            ("FR-ca", Lang::Fr),
            ("en_CA.UTF-8", Lang::En),
            ("C", Lang::En),
            ("frr_DE", Lang::En),
            ("", Lang::En),
        ] {
            assert_eq!(Lang::of_locale(locale), lang, "{locale}");
        }
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let words = Words { en: "{} of {}", fr: "{} de {}" };
        assert_eq!(words.fill(Lang::En, &["{}", "b"]), "{} of b");
        assert_eq!(words.fill(Lang::Fr, &["a"]), "a de ");
        assert_eq!(words.fill(Lang::En, &["a\nb\u{1b}", "c"]), r"a\nb\x1b of c");
    }
}
