//! Error pages. Absent and hidden read the same.

use axum::extract::rejection::FormRejection;
use http::StatusCode;
use maud::{Markup, html};

use super::texts;
use crate::text::Language;

/// Cause of an error page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    NotFound,
    Denied,
    Unavailable,
    Busy,
    WrongOrigin,
    /// The form is of another session: the person signed in again, or another one did.
    FormerSession,
    /// Larger than any form of ours.
    FormTooLarge,
    /// Not in the format of our forms.
    FormUnreadable,
}

impl Trouble {
    /// The cause of a rejected form.
    #[must_use]
    pub fn of(rejection: &FormRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE { Self::FormTooLarge } else { Self::FormUnreadable }
    }

    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Denied | Self::WrongOrigin | Self::FormerSession => StatusCode::FORBIDDEN,
            Self::FormTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::FormUnreadable => StatusCode::BAD_REQUEST,
            Self::Unavailable | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Title and text.
    #[must_use]
    pub const fn texts(self, language: Language) -> (&'static str, &'static str) {
        let texts = texts::of(language);
        match self {
            Self::NotFound => (texts.not_found, texts.not_found_text),
            Self::Denied => (texts.denied, texts.denied_text),
            Self::Unavailable => (texts.unavailable, texts.unavailable_text),
            Self::Busy => (texts.busy, texts.busy_text),
            Self::WrongOrigin => (texts.wrong_origin, texts.wrong_origin_text),
            Self::FormerSession => (texts.former_session, texts.former_session_text),
            Self::FormTooLarge => (texts.form_too_large, texts.form_too_large_text),
            Self::FormUnreadable => (texts.form_unreadable, texts.form_unreadable_text),
        }
    }

    #[must_use]
    pub fn content(self, language: Language) -> Markup {
        let (title, text) = self.texts(language);
        html! {
            h1 { (title) }
            p { (text) }
            p { a href=(format!("/{}/", language.code())) { (texts::of(language).go_back) } }
        }
    }
}
