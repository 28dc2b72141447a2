//! Page of one safety event [S2]: the content of the viewer's envelope, and how far each audience has been rung.

use maud::{Markup, html};
use proto::safety::v1::{Concern, ConcernView, Grade};

use super::{
    card::{self, Drawing},
    instant, instant_or,
};
use crate::{
    texts::{Texts, fill},
    view::{self, AudienceView, Card},
};

/// The content of the page. Fields that the service left out are absent.
#[must_use]
pub fn content(concern: &ConcernView, card: &Card, drawing: &Drawing<'_>) -> Markup {
    let texts = drawing.language.texts();
    html! {
        div id="event" class=(if card.grade == Grade::Imminent { "imminent" } else { "other" }) data-id=(card.id) data-revision=(card.revision) {
            h1 { (fill(texts.event_title, &[("reference", &card.reference)])) }
            p class=(if card.is_ringing() { "lead ringing" } else { "lead" }) {
                strong { (card.grade_text(texts)) } " – " (super::card::site(card, drawing.language, drawing.sites))
                @if let Some(at) = card.raised_at { ". " (texts.raised) " " (instant(at)) }
            }
            div class="actions" { @for told in card.told.iter().filter(|told| told.may_accept) { (drawing.accept(card, told)) } }
            p class="failure" role="alert" {}
            h2 { (texts.what_is_said) }
            (said(concern, texts))
            @if !card.told.is_empty() {
                h2 id="told-title" { (texts.who_is_told) }
                (told_table(card, texts))
            }
        }
        p { a href=(format!("/{}/concerns", drawing.language.code())) { (texts.go_back) } }
    }
}

fn said(concern: &ConcernView, texts: &Texts) -> Markup {
    let envelope = concern.envelope.as_ref();
    let unreadable = envelope.is_some_and(|e| e.unreadable);
    let fields = envelope.and_then(|e| e.content.as_ref()).map(|content| fields(content, texts)).unwrap_or_default();
    let observed = envelope.and_then(|e| e.content.as_ref()).and_then(|content| content.observed_at.as_ref()).and_then(base::wire::instant);
    html! {
        @if unreadable { p class="notice" { (texts.unreadable) } }
        @if fields.is_empty() && observed.is_none() {
            @if !unreadable { p { (texts.nothing_said) } }
        } @else {
            dl class="said" {
                @for (name, value) in &fields { dt { (name) } dd { (value) } }
                @if let Some(at) = observed { dt { (texts.field_observed) } dd { (instant(at)) } }
            }
        }
    }
}

fn fields<'a>(content: &'a Concern, texts: &Texts) -> Vec<(&'static str, &'a str)> {
    [
        (texts.field_text, &content.text),
        (texts.field_person, &content.person_at_risk),
        (texts.field_nature, &content.nature),
        (texts.field_place, &content.place),
        (texts.field_advice, &content.advice),
        (texts.field_call_back, &content.call_back),
        (texts.field_case, &content.case_id),
    ]
    .into_iter()
    .filter(|(_, value)| !value.trim().is_empty())
    .map(|(name, value)| (name, value.as_str()))
    .collect()
}

fn told_table(card: &Card, texts: &Texts) -> Markup {
    html! {
        div class="scroll" role="region" aria-labelledby="told-title" tabindex="0" {
            table {
                thead { tr {
                    @for head in [texts.audience, texts.state, texts.ring_state, texts.level, texts.delivered, texts.office] { th scope="col" { (head) } }
                } }
                tbody { @for told in &card.told { (told_row(told, texts)) } }
            }
        }
    }
}

fn told_row(told: &AudienceView, texts: &Texts) -> Markup {
    html! {
        tr {
            th scope="row" { (view::audience_text(told.audience, texts)) }
            td {
                @if let Some(at) = told.accepted_at { (card::who_accepted(told, texts)) ", " (instant(at)) }
                @else { (texts.not_accepted) }
            }
            td {
                (card::rings(told.rings, texts))
                @if let Some(at) = told.next_ring_at.filter(|_| told.accepted_at.is_none()) { ", " (texts.next_ring) " " (instant(at)) }
            }
            td { (told.level) }
            td { (instant_or(told.delivered_at, texts.not_delivered)) }
            td {
                code { (told.office) }
                @if !told.also_rung.is_empty() {
                    br; (texts.also_rung) @for office in &told.also_rung { " " code { (office) } }
                }
            }
        }
    }
}
