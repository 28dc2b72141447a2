//! What is said when a page cannot be shown. Absent and hidden read the same.

use http::StatusCode;
use maud::{Markup, html};

use crate::texts::Language;

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    NotFound,
    Denied,
    Unavailable,
    Busy,
    WrongOrigin,
}

impl Trouble {
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Denied | Self::WrongOrigin => StatusCode::FORBIDDEN,
            Self::Unavailable | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Title and text.
    #[must_use]
    pub const fn texts(self, language: Language) -> (&'static str, &'static str) {
        let texts = language.texts();
        match self {
            Self::NotFound => (texts.not_found, texts.not_found_text),
            Self::Denied => (texts.denied, texts.denied_text),
            Self::Unavailable => (texts.unavailable, texts.unavailable_text),
            Self::Busy => (texts.busy, texts.busy_text),
            Self::WrongOrigin => (texts.wrong_origin, texts.wrong_origin_text),
        }
    }

    #[must_use]
    pub fn content(self, language: Language) -> Markup {
        let (title, text) = self.texts(language);
        html! {
            h1 { (title) }
            p { (text) }
            p { a href=(format!("/{}/concerns", language.code())) { (language.texts().go_back) } }
        }
    }
}
