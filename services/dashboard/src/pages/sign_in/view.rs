//! Sign-in page: leads to the identity provider, and says why somebody is not signed in.

use maud::{Markup, html};
use time::OffsetDateTime;

use super::texts;
use crate::{parts::time::instant, text::Language};

/// Notice at the top of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    None,
    /// The provider signed nobody in, or nobody whom the services believe.
    Refused,
    SignedOut,
    /// The safety service does not answer who they are.
    NotAsked,
    /// To accept, they must authenticate again.
    Again,
    /// The provider did not ask them again.
    NotAnew,
    /// The provider does not answer.
    Silent,
    /// This browser has begun no such sign-in, or too long ago.
    NotBegun,
    NoProvider,
}

/// The content of the page. `next` is where a successful sign-in leads.
#[must_use]
pub fn content(language: Language, notice: Notice, next: &str, again: bool) -> Markup {
    let texts = texts::of(language);
    let trouble = |text: &str| html! { div class="errors" role="alert" { p { (text) } } };
    html! {
        h1 { (texts.sign_in) }
        @match notice {
            Notice::None => {}
            Notice::Refused => (trouble(texts.sign_in_refused)),
            Notice::NotAsked => (trouble(texts.sign_in_not_asked)),
            Notice::NotAnew => (trouble(texts.sign_in_not_anew)),
            Notice::Silent => (trouble(texts.sign_in_silent)),
            Notice::NotBegun => (trouble(texts.sign_in_not_begun)),
            Notice::NoProvider => (trouble(texts.no_provider)),
            Notice::SignedOut => { p class="outcome" role="status" { (texts.signed_out) } }
            Notice::Again => { p class="outcome" role="status" { (texts.sign_in_again) } }
        }
        @if notice != Notice::NoProvider {
            p { (texts.sign_in_there) }
            // A form, and not a link: a button is what people look for, and what its address holds stands in its fields.
            form method="get" action=(format!("/{}/sign-in/start", language.code())) {
                input type="hidden" name="next" value=(next);
                @if again { input type="hidden" name="again" value="1"; }
                button { (texts.sign_in) }
            }
        }
    }
}

/// The content of the page after a session was extended in a tab of its own.
#[must_use]
pub fn stayed_content(language: Language, until: OffsetDateTime) -> Markup {
    let texts = texts::of(language);
    html! {
        h1 { (texts.stayed) }
        p class="outcome" role="status" { (texts.stayed_until) " " (instant(until)) }
        p { (texts.stayed_close) }
    }
}
