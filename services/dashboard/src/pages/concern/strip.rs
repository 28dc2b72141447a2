//! Strip of the imminent concern that waits longest, and how many more: the same on a page without a script and in the live stream.

use maud::{Markup, html};
use proto::safety::v1::ConcernView;

use super::{card, texts, view::Card};
use crate::{
    parts::{drawing::Drawing, time::instant},
    text::fill,
};

/// The strip, hidden where nothing waits. Where it is not known what waits, it says so: no strip would be taken for all clear.
#[must_use]
pub fn draw(waiting: Option<&[ConcernView]>, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let caller = &drawing.session.caller;
    let mut cards: Vec<Card> =
        waiting.unwrap_or_default().iter().map(|view| Card::of(view, caller)).filter(|card| card.is_waiting(caller)).collect();
    cards.sort_by_key(|card| card.raised_at);
    let more = cards.len().saturating_sub(1);
    html! {
        section id="strip" class="imminent" aria-labelledby="strip-title" hidden[waiting.is_some() && cards.is_empty()] {
            h2 id="strip-title" class="unseen" { (texts.strip_title) }
            div class="first" data-shown=[cards.first().map(|card| format!("{}/{}", card.id, card.revision))] { @if let Some(card) = cards.first() { (one(card, drawing)) } }
            @if waiting.is_none() { p class="unknown" { strong { (texts.strip_unknown) } } }
            p class="more" hidden[more == 0] {
                a href=(drawing.address("/concerns")) data-text=(texts.strip_more) { (fill(texts.strip_more, &[("n", &more.to_string())])) }
            }
            p class="failure" role="alert" {}
            p class="told" role="status" {}
        }
    }
}

/// One concern in a line: what, where, since when, and the button.
#[must_use]
pub fn one(card: &Card, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        p {
            (card::mark(card.grade)) strong { (card.grade_text(texts)) } " – " (card::site(card, drawing.language, drawing.sites)) " "
            a href=(drawing.address(&format!("/concerns/{}", card.id))) { (card.reference) }
            @if let Some(at) = card.raised_at { " " span class="at" { (instant(at)) } " " (drawing.ago(at)) }
        }
        @for audience in card.audiences.iter().filter(|audience| audience.may_accept) { (drawing.accept(card, audience)) }
    }
}
