//! Page that keeps a form whose session has ended or is another's: all that was typed, to be sent from there.

use maud::{Markup, html};

use super::{form, texts};
use crate::{session::Session, text::Language};

/// The form as it was sent to `action`. With a session it can be sent at once; without one, after signing in in another tab.
#[must_use]
pub fn content(action: &str, filled: &form::FormValues, session: Option<&Session>, language: Language) -> Markup {
    let texts = texts::of(language);
    html! {
        h1 { (texts.kept_title) }
        div class="errors" role="alert" {
            p { (if session.is_some() { texts.kept_former } else { texts.kept_signed_out }) }
            @if session.is_none() {
                p { a href=(format!("/{}/sign-in", language.code())) target="_blank" rel="noopener" { (texts.kept_sign_in) } }
            }
        }
        h2 { (texts.kept_typed) }
        ul class="typed" {
            @for (name, value) in filled.typed() { @if ![form::KEY, form::CARRIED].contains(&name) && !value.trim().is_empty() { li { (value) } } }
        }
        form class="form" method="post" action=(action) {
            @if let Some(session) = session { (form::token(session)) }
            @for (name, value) in filled.typed() { input type="hidden" name=(name) value=(value); }
            button { (texts.kept_send) }
        }
    }
}
