//! HTML of one's own account.

use maud::{Markup, html};

use proto::role;

use super::texts;
use crate::{
    frame::Density,
    parts::{
        drawing::Drawing,
        facts::Facts,
        form::{self, Choice, Field, Form, Group, Kind, Sheet},
        refusal::Refusal,
        texts as parts_texts,
        time::instant,
        words,
    },
};

pub const LANGUAGE: &str = "language";
pub const EMAIL: &str = "email";
pub const CODE: &str = "code";
pub const DENSITY: &str = "density";
pub const ZONE: &str = "zone";
pub const QUIET_FROM: &str = "quiet_from";
pub const QUIET_UNTIL: &str = "quiet_until";

/// Value of the compact density, in the form and in its cookie.
pub const COMPACT: &str = "compact";

/// The density as its field has it.
#[must_use]
pub const fn density(density: Density) -> &'static str {
    match density {
        Density::Comfortable => "comfortable",
        Density::Compact => COMPACT,
    }
}

/// What stands above the form.
#[derive(Default)]
pub struct Above {
    /// What was just done, in words.
    pub done: Option<&'static str>,
    /// Address that waits for its code.
    pub awaits_code: String,
    /// Why a code was not taken.
    pub refused: Option<Refusal>,
}

/// The form of the code of an address.
fn code_form(above: &Above, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        @if let Some(refusal) = &above.refused {
            div class="errors" role="alert" tabindex="-1" autofocus {
                h2 { (refusal.words) }
                (refusal.rule(drawing.language))
            }
        }
        @if !above.awaits_code.is_empty() {
            div class="notice" {
                h2 { (texts.awaits_code) }
                p { strong { (above.awaits_code) } }
                p { (texts.awaits_code_text) }
                form class="press" method="post" action=(drawing.address("/account/address")) {
                    (form::token(drawing.session))
                    label for=(CODE) { (texts.code) }
                    input type="text" id=(CODE) name=(CODE) maxlength="12" inputmode="numeric" autocomplete="one-time-code";
                    button { (texts.confirm) }
                }
            }
        }
    }
}

/// Who one is, and the form of one's preferences.
#[must_use]
pub fn sheet(drawing: &Drawing<'_>, above: &Above) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let caller = &drawing.session.caller;
    let facts = Facts::new().text(texts.subject, &caller.subject).text(texts.roles, &words::roles(caller, drawing.language));
    let facts = facts.markup(texts.ends, instant(drawing.session.expires_at));
    let languages = vec![Choice::new("", texts.both), Choice::new("en", texts.english), Choice::new("fr", texts.french)];
    let fields = vec![
        Field::new(LANGUAGE, texts.language, Kind::Radios(languages)),
        Field::new(EMAIL, texts.email, Kind::Line { most: 254 }).hint(texts.email_hint),
    ];
    let quiet = vec![
        Field::new(QUIET_FROM, texts.quiet_from, Kind::Line { most: 5 }).hint(texts.quiet_from_hint),
        Field::new(QUIET_UNTIL, texts.quiet_until, Kind::Line { most: 5 }).hint(texts.quiet_until_hint),
    ];
    let densities = vec![Choice::new("comfortable", texts.comfortable), Choice::new(COMPACT, texts.compact)];
    let reading = vec![
        Field::new(ZONE, texts.zone, Kind::Select(words::zones(drawing.language)))
            .hint(texts.zone_hint)
            .blank(parts_texts::of(drawing.language).zone_of_device),
        Field::new(DENSITY, texts.density, Kind::Radios(densities)).hint(texts.density_hint).needed(),
    ];
    Sheet {
        title: texts.account,
        above: html! {
            @if let Some(done) = above.done { p class="outcome" role="status" { (done) } }
            (code_form(above, drawing))
            (facts.draw())
            p { a class="action" href=(drawing.address("/account/channels")) { (texts.channels) } }
            @if caller.has_role(role::MEDIATOR) { p { a class="action" href=(drawing.address("/mediators/own")) { (texts.engagement) } } }
            @if caller.grants.is_empty() { p class="notice" { (texts.no_role) } }
        },
        form: Form {
            action: drawing.address("/account"),
            groups: vec![
                Group { legend: Some(texts.mail), hint: None, fields },
                Group { legend: Some(texts.quiet), hint: Some(texts.quiet_hint), fields: quiet },
                Group { legend: Some(texts.reading), hint: None, fields: reading },
            ],
            submit: texts.save,
        },
    }
}
