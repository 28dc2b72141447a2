//! HTML of one's own channels.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::notification::v1::{Channel, ListChannelsResponse, OwnChannel};

use super::texts;
use crate::{
    assets,
    pages::delivery::view::channel_text,
    parts::{
        drawing::Drawing,
        form::{self, Choice, Field, Form, FormValues, Kind, Press, Problems},
        refusal::Refusal,
        table::{Column, Table},
        time::instant_or,
        words,
    },
};

pub const ENDPOINT: &str = "endpoint";
pub const PUBLIC_KEY: &str = "public_key";
pub const AUTH: &str = "auth";
pub const PUSH_KEY: &str = "push_key";
pub const NAME: &str = "name";
pub const KIND: &str = "kind";
pub const NUMBER: &str = "number";
pub const CODE: &str = "code";

/// What stands above the channels.
pub enum Said {
    Nothing,
    Done(&'static str),
    Refused(Refusal),
    /// What was typed into the form of a number, and what must be mended.
    Mend(FormValues, Problems),
}

/// The channels of a person, and what can be added.
pub struct Listing {
    pub answer: ListChannelsResponse,
    pub said: Said,
}

impl Listing {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let columns = [texts.name, texts.kind, texts.state, texts.added, texts.used, texts.problem, texts.change];
        let table = Table {
            id: "channels",
            caption: texts.caption,
            columns: columns.map(Column::plain).to_vec(),
            rows: self.answer.channels.iter().map(|channel| row(channel, drawing)).collect(),
            none: texts.none,
            address: drawing.address("/account/channels"),
            sort: "",
        };
        html! {
            h1 { (texts.channels) }
            @match &self.said {
                Said::Nothing => {}
                Said::Mend(_, problems) => (form::summary(problems, drawing.language)),
                Said::Done(words) => p class="outcome" role="status" { (words) }
                Said::Refused(refusal) => div class="errors" role="alert" tabindex="-1" autofocus {
                    h2 { (refusal.words) }
                    (refusal.rule(drawing.language))
                }
            }
            p { (texts.intro) }
            (table.draw(drawing))
            (self.browser(drawing))
            (self.number(drawing))
            p { a href=(drawing.address("/account")) { (texts.to_account) } }
        }
    }

    fn number(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let none = (FormValues::default(), Problems::none());
        let (filled, problems) = if let Said::Mend(filled, problems) = &self.said { (filled, problems) } else { (&none.0, &none.1) };
        html! {
            h2 { (texts.number_title) }
            @if self.answer.takes_numbers {
                p { (texts.number_text) }
                (number_form(drawing).draw(filled, problems, drawing.session, drawing.language))
            } @else { p { (texts.numbers_off) } }
        }
    }

    /// The button that enrols this browser; a script shows it where the browser can be rung.
    fn browser(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        html! {
            h2 { (texts.browser_title) }
            @if self.answer.push_key.is_empty() { p { (texts.not_configured) } }
            @else {
                p { (texts.browser_text) }
                noscript { p class="notice" { (texts.script_needed) } }
                form class="press enrol" method="post" action=(drawing.address("/account/channels/browsers")) data-key=(self.answer.push_key)
                    data-unsupported=(texts.unsupported) data-denied=(texts.denied) data-failed=(texts.failed) {
                    (form::token(drawing.session))
                    @for name in [ENDPOINT, PUBLIC_KEY, AUTH, PUSH_KEY, NAME] { input type="hidden" name=(name); }
                    button type="button" hidden { (texts.enrol) }
                    p role="status" {}
                }
                script src=(assets::PUSH.address()) defer {}
            }
        }
    }
}

/// The form of a number.
#[must_use]
pub fn number_form(drawing: &Drawing<'_>) -> Form {
    let texts = texts::of(drawing.language);
    let kinds = vec![Choice::new(Channel::Text as i32, texts.by_text), Choice::new(Channel::Voice as i32, texts.by_voice)];
    let fields = vec![
        Field::new(NUMBER, texts.number, Kind::Line { most: 30 }).needed().hint(texts.number_hint),
        Field::new(KIND, texts.by, Kind::Radios(kinds)).needed(),
    ];
    Form::new(drawing.address("/account/channels/numbers"), texts.add, fields)
}

/// Whether it rings; where not, the form for its code.
fn state(channel: &OwnChannel, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let id = format!("code-{}", channel.channel_id);
    html! {
        @if channel.confirmed { (texts.confirmed) }
        @else {
            p { (texts.unconfirmed) }
            form class="press" method="post" action=(drawing.address(&format!("/account/channels/{}/confirm", channel.channel_id))) {
                (form::token(drawing.session))
                label for=(id) { (texts.code) }
                input type="text" id=(id) name=(CODE) maxlength="12" inputmode="numeric" autocomplete="one-time-code";
                button { (texts.confirm) span class="unseen" { " " (channel.name) } }
            }
        }
    }
}

fn row(channel: &OwnChannel, drawing: &Drawing<'_>) -> Vec<Markup> {
    let texts = texts::of(drawing.language);
    vec![
        html! { (channel.name) },
        html! { (channel_text(channel.kind(), drawing.language)) },
        state(channel, drawing),
        instant_or(channel.added_at.as_ref().and_then(at), ""),
        instant_or(channel.used_at.as_ref().and_then(at), texts.never),
        html! {
            @if !channel.reason.is_empty() { (words::of(words::REASONS, &channel.reason, drawing.language)) }
            @if channel.former_key { p { (texts.former_key) } }
        },
        Press {
            action: drawing.address(&format!("/account/channels/{}/remove", channel.channel_id)),
            label: texts.remove,
            of_what: &channel.name,
            fields: &[],
        }
        .draw(drawing.session),
    ]
}
