//! Page of one safety event [S2]: the content of the viewer's envelope, and how far each audience has been rung.

use maud::{Markup, html};
use proto::safety::v1::{Concern, ConcernView, Grade};

use super::{
    card,
    texts::{self, Texts},
    view::{self, AudienceView, Card},
};
use crate::{
    frame,
    parts::{
        drawing::Drawing,
        time::{instant, instant_or},
    },
    text::fill,
};

/// The content of the page. Fields that the service left out are absent.
#[must_use]
pub fn content(concern: &ConcernView, card: &Card, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        div id="event" class=(if card.grade == Grade::Imminent { "imminent" } else { "other" }) data-id=(card.id) data-revision=(card.revision) {
            h1 { (fill(texts.event_title, &[("reference", &card.reference)])) }
            p class=(if card.is_ringing() { "lead ringing" } else { "lead" }) {
                strong { (card.grade_text(texts)) } " – " (card::site(card, drawing.language, drawing.sites))
                @if let Some(at) = card.raised_at { ". " (texts.raised) " " (instant(at)) }
            }
            div class="actions" { @for audience in card.audiences.iter().filter(|audience| audience.may_accept) { (drawing.accept(card, audience)) } }
            p class="failure" role="alert" {}
            h2 { (texts.what_is_said) }
            (concern_text(concern, texts))
            @if !card.audiences.is_empty() {
                h2 id="audiences-title" { (texts.who_is_told) }
                (audience_table(card, texts))
            }
        }
        p { a href=(format!("/{}/concerns", drawing.language.code())) { (frame::texts::of(drawing.language).go_back) } }
    }
}

fn concern_text(concern: &ConcernView, texts: &Texts) -> Markup {
    let envelope = concern.envelope.as_ref();
    let unreadable = envelope.is_some_and(|e| e.unreadable);
    let fields = envelope.and_then(|e| e.content.as_ref()).map(|content| fields(content, texts)).unwrap_or_default();
    let observed = envelope.and_then(|e| e.content.as_ref()).and_then(|content| content.observed_at.as_ref()).and_then(base::wire::instant);
    html! {
        @if unreadable { p class="notice" { (texts.unreadable) } }
        @if fields.is_empty() && observed.is_none() {
            @if !unreadable { p { (texts.nothing_said) } }
        } @else {
            dl class="concern-text" {
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

fn audience_table(card: &Card, texts: &Texts) -> Markup {
    html! {
        div class="scroll" role="region" aria-labelledby="audiences-title" tabindex="0" {
            table {
                thead { tr {
                    @for head in [texts.audience, texts.state, texts.ring_state, texts.level, texts.delivered, texts.office] { th scope="col" { (head) } }
                } }
                tbody { @for audience in &card.audiences { (audience_row(audience, texts)) } }
            }
        }
    }
}

fn audience_row(audience: &AudienceView, texts: &Texts) -> Markup {
    html! {
        tr {
            th scope="row" { (view::audience_text(audience.audience, texts)) }
            td {
                @if let Some(at) = audience.accepted_at { (card::who_accepted(audience, texts)) ", " (instant(at)) }
                @else { (texts.not_accepted) }
            }
            td {
                (card::rings(audience.rings, texts))
                @if let Some(at) = audience.next_ring_at.filter(|_| audience.accepted_at.is_none()) { ", " (texts.next_ring) " " (instant(at)) }
            }
            td { (audience.level) }
            td { (instant_or(audience.delivered_at, texts.not_delivered)) }
            td {
                code { (audience.office) }
                @if !audience.also_rung.is_empty() {
                    br; (texts.also_rung) @for office in &audience.also_rung { " " code { (office) } }
                }
            }
        }
    }
}
