//! Sign-in page: with an access token, or, on a development machine only, as one of its invented people.

use maud::{Markup, html};

use super::texts;
use crate::{
    identities::Person,
    text::{Language, fill},
};

/// Notice at the top of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    None,
    Refused,
    SignedOut,
    /// The safety service does not answer who they are.
    NotAsked,
    /// To accept, they must authenticate again.
    Again,
    NoKeys,
}

/// The content of the page. `next` is where a successful sign-in leads.
#[must_use]
pub fn content(language: Language, notice: Notice, people: &[Person], next: &str) -> Markup {
    let texts = texts::of(language);
    let action = format!("/{}/sign-in", language.code());
    html! {
        h1 { (texts.sign_in) }
        @match notice {
            Notice::None => {}
            Notice::Refused => { div class="errors" role="alert" { p { (texts.sign_in_refused) } } }
            Notice::NotAsked => { div class="errors" role="alert" { p { (texts.sign_in_not_asked) } } }
            Notice::SignedOut => { p class="outcome" role="status" { (texts.signed_out) } }
            Notice::Again => { p class="outcome" role="status" { (texts.sign_in_again) } }
            Notice::NoKeys => { div class="errors" role="alert" { p { (texts.no_identity_keys) } } }
        }
        @if !people.is_empty() {
            section class="development" aria-labelledby="development-title" {
                h2 id="development-title" { (texts.development_only) }
                p { (texts.development_warning) }
                form method="post" action=(action) {
                    input type="hidden" name="next" value=(next);
                    ul class="people" {
                        @for (index, person) in people.iter().enumerate() {
                            li { button class="second" name="person" value=(index) {
                                (fill(texts.sign_in_as, &[("name", &person.name)]))
                                small { (person.roles.join(", ")) @if !person.sites.is_empty() { " · " (person.sites.join(", ")) } }
                            } }
                        }
                    }
                }
            }
            h2 { (texts.paste_instead) }
        }
        form class="raise" method="post" action=(action) {
            input type="hidden" name="next" value=(next);
            div class="field" {
                label for="token" { (texts.token_label) }
                p class="hint" id="token-hint" { (texts.token_hint) }
                textarea id="token" name="token" rows="4" maxlength="16000" autocomplete="off" spellcheck="false" aria-describedby="token-hint" {}
            }
            button { (texts.sign_in) }
        }
    }
}
