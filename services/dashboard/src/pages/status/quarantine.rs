//! HTML of what a service has set aside, and of the page before one of its messages is tried again.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::operations::v1::{ListQuarantineResponse, QuarantinedMessage, ReplayState};

use super::texts;
use crate::{
    parts::{
        drawing::Drawing,
        facts::Facts,
        form::{Form, Sheet},
        table::{self, Column, Table},
        time::instant_or,
    },
    text::fill,
};

/// One page of the messages that a service has set aside.
pub struct Listing<'a> {
    pub service: &'a str,
    pub answer: ListQuarantineResponse,
    pub is_first: bool,
    /// What came of the request that led here.
    pub replayed: ReplayState,
}

fn path(service: &str) -> String {
    format!("/status/{service}/quarantine")
}

impl Listing<'_> {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let here = drawing.address(&path(self.service));
        let titles = [texts.message, texts.received, texts.consumer, texts.reason, texts.tries, texts.again];
        let table = Table {
            id: "quarantine",
            caption: &fill(texts.set_aside_by, &[("service", self.service)]),
            columns: titles.map(Column::plain).to_vec(),
            rows: self.answer.messages.iter().map(|message| self.row(message, drawing)).collect(),
            none: texts.none_set_aside,
            address: here.clone(),
            sort: "",
        };
        html! {
            p { a href=(drawing.address("/status")) { (texts.back) } }
            h1 { (texts.set_aside) }
            @match self.replayed {
                ReplayState::Asked => { p class="outcome" role="status" { (texts.replay_asked) } }
                ReplayState::Applied => { p class="outcome" role="status" { (texts.replay_applied) } }
                ReplayState::Unspecified => {}
            }
            p { (texts.set_aside_what) }
            (table.draw(drawing))
            (table::pages(&here, self.is_first, &self.answer.next_page_token, drawing))
        }
    }

    fn row(&self, message: &QuarantinedMessage, drawing: &Drawing<'_>) -> Vec<Markup> {
        let texts = texts::of(drawing.language);
        let address = drawing.address(&format!("{}/{}", path(self.service), message.quarantine_id));
        let asked = message.replay_asked_at.as_ref().and_then(at);
        vec![
            html! { a class="reference" href=(address) { (message.subject) } },
            instant_or(message.received_at.as_ref().and_then(at), ""),
            html! { (message.consumer) },
            html! { code { (message.reason) } @if !message.detail.is_empty() { br; (message.detail) } },
            html! { (message.tries) },
            html! { @if asked.is_some() { (instant_or(asked, "")) } @else { (texts.not_asked) } },
        ]
    }
}

/// The page before a message is tried again.
#[must_use]
pub fn replay(service: &str, message: &QuarantinedMessage, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let facts = Facts::new()
        .text(texts.service, service)
        .text(texts.message, &message.subject)
        .text(texts.consumer, &message.consumer)
        .text(texts.reason, &message.reason)
        .text(texts.detail, &message.detail)
        .markup(texts.received, instant_or(message.received_at.as_ref().and_then(at), ""))
        .text(texts.size, &message.size.to_string())
        .text(texts.digest, &message.digest)
        .text(texts.tries, &message.tries.to_string())
        .markup(texts.again, instant_or(message.replay_asked_at.as_ref().and_then(at), ""));
    let here = path(service);
    Sheet {
        title: texts.replay_title,
        above: html! {
            p { a href=(drawing.address(&here)) { (texts.back_to_list) } }
            p { (texts.replay_what) }
            (facts.draw())
        },
        form: Form::new(drawing.address(&format!("{here}/{}", message.quarantine_id)), texts.replay, Vec::new()),
    }
}
