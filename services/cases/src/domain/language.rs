//! Official language that a person asked for [LOLA].

use strum::{EnumString, IntoStaticStr};

/// Language a person asked for; `None` where it is not known [LOLA].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString)]
#[strum(const_into_str)]
pub enum Language {
    #[strum(serialize = "en")]
    English,
    #[strum(serialize = "fr")]
    French,
}

impl Language {
    /// The code used on the wire and in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}
