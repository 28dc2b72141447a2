//! HTML of the inbox.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::notification::v1::{InboxItem, ListInboxResponse};

use super::texts;
use crate::parts::{drawing::Drawing, form::Press, person, table, time::instant};

/// Notices to whoever answers for a site: they lead to its entries.
const AT_A_SITE: [&str; 2] = ["entry-asked", "entry-changed"];

/// Notices to whoever is asked for information: they lead to the requests to them.
const TO_AN_ADDRESSEE: [&str; 2] = ["request-asked", "request-climbed"];

/// A page of the inbox.
pub struct Listing {
    pub answer: ListInboxResponse,
    pub unread_only: bool,
    pub is_first: bool,
}

impl Listing {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let (here, all) = (drawing.address("/inbox"), drawing.address("/inbox?all=1"));
        html! {
            h1 { (texts.inbox) }
            @if self.answer.items.is_empty() { p class="none" { (if self.unread_only { texts.none_unread } else { texts.none }) } }
            @for told in &self.answer.items { (item(told, drawing)) }
            (table::pages(if self.unread_only { &here } else { &all }, self.is_first, &self.answer.next_page_token, drawing))
            p {
                @if self.unread_only { a href=(all) { (texts.all) } }
                @else { a href=(here) { (texts.unread_only) } }
            }
        }
    }
}

fn item(told: &InboxItem, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let heading = format!("i-{}", told.item_id);
    let read_at = told.read_at.as_ref().and_then(at);
    // Where somebody has not said which language they read, they get both in one text.
    let language = ["en", "fr"].into_iter().find(|language| *language == told.language);
    html! {
        article class=(if read_at.is_some() { "card told" } else { "card told unread" }) aria-labelledby=(heading) {
            h2 id=(heading) lang=[language] { (told.title) }
            p class="facts" {
                @if TO_AN_ADDRESSEE.contains(&told.template.as_str()) { a class="details" href=(drawing.address("/requests")) { (texts.open_requests) } }
                @if read_at.is_none() { strong { (texts.unread) } }
                @if let Some(at) = told.created_at.as_ref().and_then(at) { span { (texts.told_at) " " (instant(at)) } }
                span { (texts.told_to) " " (person::recipient(&told.recipient, drawing)) }
                @if let Some(at) = read_at { span { (texts.read_at) " " (instant(at)) } }
            }
            p class="words" lang=[language] { (told.body) }
            div class="actions" {
                @if !told.concern_id.is_empty() { a class="details" href=(drawing.address(&format!("/concerns/{}", told.concern_id))) { (texts.open_concern) } }
                @if AT_A_SITE.contains(&told.template.as_str()) { a class="details" href=(drawing.address("/entries")) { (texts.open_entries) } }
                @if read_at.is_none() {
                    (Press {
                        action: drawing.address(&format!("/inbox/{}/read", told.item_id)),
                        label: texts.mark_read,
                        of_what: &told.title,
                        fields: &[],
                    }.draw(drawing.session))
                }
            }
        }
    }
}
