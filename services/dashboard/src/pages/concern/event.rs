//! Page of one safety event [S2]: the content of the viewer's envelope, how far each audience has been rung, what happened, and how it ended.

use maud::{Markup, html};
use proto::{
    role,
    safety::v1::{Audience, Concern, ConcernHappening, ConcernState, ConcernView, GetConcernResponse, Grade},
};
use time::OffsetDateTime;

use super::{
    card, hand_over, ledger, note,
    texts::{self, Texts},
    view::{self, AudienceView, Card},
};
use crate::{
    frame,
    parts::{drawing::Drawing, form, person, time::at_site, words},
    text::fill,
};

/// Most characters of the note with an acceptance.
const MAX_NOTE: usize = 2_000;

/// The content of the page. Fields that the service left out are absent.
#[must_use]
pub fn content(concern: &ConcernView, history: &GetConcernResponse, card: &Card, done: Option<&str>, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        div id="event" class=(if card.grade == Grade::Imminent { "imminent" } else { "other" }) data-id=(card.id) data-revision=(card.revision) {
            h1 tabindex="-1" { (fill(texts.event_title, &[("reference", &card.reference)])) }
            @if let Some(done) = done { p class="outcome" role="status" { (done) } }
            p class=(if card.is_ringing() { "lead ringing" } else { "lead" }) {
                strong { (card.grade_text(texts)) } " – " (card::site(card, drawing.language, drawing.sites))
                @if let Some(at) = card.raised_at { ". " (texts.raised) " " (at_site(at, &card.site, drawing)) " " (drawing.ago(at)) }
            }
            (stands(card, history, drawing))
            div class="actions" { @for audience in card.audiences.iter().filter(|audience| audience.may_accept) { (accept(card, audience, drawing)) } }
            p class="failure" role="alert" {}
            p class="told" role="status" {}
            (next_steps(card, drawing))
            h2 { (texts.what_is_said) }
            (concern_text(concern, drawing))
            (note::draw(&history.notes, &card.site, drawing))
            @if !card.audiences.is_empty() {
                h2 id="audiences-title" { (texts.who_is_told) }
                (audience_table(card, drawing))
            }
            @if !history.rings.is_empty() { (rings(history, card, drawing)) }
            (ledger::place(&card.reference, drawing))
            @if !history.happenings.is_empty() { (timeline(&history.happenings, card, drawing)) }
        }
        p { a href=(drawing.address("/concerns")) { (frame::texts::of(drawing.language).back_to_events) } }
    }
}

/// The acceptance form with a note for whoever comes next; one press is enough.
fn accept(card: &Card, audience: &AudienceView, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let (label, id) = (view::audience_text(audience.audience, texts), format!("note-{}", audience.audience as i32));
    html! {
        form class="accept" method="post" action=(drawing.address(&format!("/concerns/{}/accept", card.id))) {
            (form::token(drawing.session))
            input type="hidden" name="audience" value=(audience.audience as i32);
            input type="hidden" name="said" value=(card.said);
            button { (texts.accept) span class="unseen" { " " (fill(texts.accept_for, &[("audience", label), ("reference", &card.reference)])) } }
            details {
                summary { (texts.add_note) }
                div class="field" { label for=(id) { (texts.note) } textarea id=(id) name="note" rows="2" maxlength=(MAX_NOTE) {} }
            }
        }
    }
}

/// That it rings, or who accepted last, or when, by whom and with which outcome it was closed.
fn stands(card: &Card, history: &GetConcernResponse, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let closed_at = history.closed_at.as_ref().and_then(base::wire::instant);
    let last = card.audiences.iter().filter_map(|audience| audience.accepted_at).max();
    html! {
        p class="stands" {
            @match card.state {
                ConcernState::Ringing => strong { (texts.stands_ringing) },
                ConcernState::Accepted | ConcernState::Unspecified => { strong { (texts.stands_accepted) } @if let Some(at) = last { " " (at_site(at, &card.site, drawing)) } },
                ConcernState::Closed => {
                    strong { (texts.stands_closed) } @if let Some(at) = closed_at { " " (at_site(at, &card.site, drawing)) }
                    @if !history.closed_by.is_empty() { ", " (fill(texts.by, &[("who", &person::name(&history.closed_by, drawing))])) }
                },
            }
        }
        @if !history.outcome.is_empty() { dl class="concern-text" { dt { (texts.outcome) } dd { (history.outcome) } } }
    }
}

/// What whoever looks may do besides accepting. The service decides.
fn next_steps(card: &Card, drawing: &Drawing<'_>) -> Markup {
    let (texts, caller) = (texts::of(drawing.language), &drawing.session.caller);
    let open = card.state != ConcernState::Closed;
    let routes = open && caller.has_any(&role::NHQ_ACCEPTORS) && card.audiences.iter().any(|a| a.audience == Audience::ResponsibleHead);
    let closes = card.state == ConcernState::Accepted && caller.has_any(&role::RJ_UNIT);
    let notes = open && caller.has_any(&role::ACCEPTORS);
    let to = |what: &str| drawing.address(&format!("/concerns/{}/{what}", card.id));
    html! {
        @if routes && !card.has_site() { p class="notice" { (texts.no_site) } }
        p class="steps" {
            @for audience in card.audiences.iter().filter(|audience| open && audience.mine) {
                a href=(to(&format!("hand-over/{}", hand_over::word(audience.audience)))) {
                    (texts.hand_over) span class="unseen" { " " (fill(texts.accept_for, &[("audience", view::audience_text(audience.audience, texts)), ("reference", &card.reference)])) }
                } " "
            }
            @if notes { a href=(to("note")) { (texts.note_add) } " " }
            @if routes { a href=(to("route")) { (texts.route) } " " }
            @if closes { a href=(to("close")) { (texts.close) } " " }
            button type="button" class="plain print" { (texts.print) }
        }
    }
}

fn concern_text(concern: &ConcernView, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
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
                @if let Some(at) = observed { dt { (texts.field_observed) } dd { (at_site(at, &concern.site, drawing)) } }
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

fn audience_table(card: &Card, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        div class="scroll" role="region" aria-labelledby="audiences-title" tabindex="0" {
            table {
                thead { tr {
                    @for head in [texts.audience, texts.state, texts.ring_state, texts.level, texts.delivered, texts.office] { th scope="col" { (head) } }
                } }
                tbody { @for audience in &card.audiences { (audience_row(audience, card, drawing)) } }
            }
        }
    }
}

fn audience_row(audience: &AudienceView, card: &Card, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        tr {
            th scope="row" { (view::audience_text(audience.audience, texts)) }
            td {
                @if let Some(at) = audience.accepted_at { (card::who_accepted(audience, drawing)) ", " (at_site(at, &card.site, drawing)) }
                @else if card.is_ringing() {
                    (texts.not_accepted)
                    @if let Some(handed) = card::handed_over(audience, drawing) { br; (handed) }
                }
                @else { (texts.not_needed) }
            }
            td {
                (card::rings(audience.rings, texts))
                @if let Some(at) = audience.next_ring_at.filter(|_| audience.accepted_at.is_none()) { ", " (texts.next_ring) " " (at_site(at, &card.site, drawing)) }
            }
            td { (view::level(audience.level, texts)) }
            td { (at_or(audience.delivered_at, texts.not_delivered, card, drawing)) }
            td {
                (words::office(&audience.office, drawing))
                (person::holders(held_as(&audience.office), drawing))
                @if !audience.also_rung.is_empty() {
                    br; (texts.also_rung)
                    ul { @for office in &audience.also_rung { li { (words::office(office, drawing)) (person::holders(held_as(office), drawing)) } } }
                }
            }
        }
    }
}

/// An instant on both clocks, or a word where there is none.
fn at_or(at: Option<OffsetDateTime>, otherwise: &str, card: &Card, drawing: &Drawing<'_>) -> Markup {
    html! { @if let Some(at) = at { (at_site(at, &card.site, drawing)) } @else { (otherwise) } }
}

/// The office of the directory in which the holders of an audience's office stand.
fn held_as(office: &str) -> &str {
    if office.starts_with("rj-unit/") { "rj-unit" } else { office }
}

/// What was sent to which office, and when it stood in the inboxes of its holders; an e-mail that says so follows each.
fn rings(history: &GetConcernResponse, card: &Card, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h2 id="rings-title" { (texts.rings_title) }
        p class="hint" { (texts.rings_hint) }
        div class="scroll" role="region" aria-labelledby="rings-title" tabindex="0" {
            table {
                thead { tr { @for head in [texts.rung_at, texts.office, texts.delivered_at] { th scope="col" { (head) } } } }
                tbody {
                    @for ring in &history.rings {
                        tr {
                            td { (at_or(ring.rung_at.as_ref().and_then(base::wire::instant), "", card, drawing)) }
                            td { (words::office(&ring.office, drawing)) }
                            td { (at_or(ring.delivered_at.as_ref().and_then(base::wire::instant), texts.not_delivered, card, drawing)) }
                        }
                    }
                }
            }
        }
    }
}

fn timeline(happenings: &[ConcernHappening], card: &Card, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h2 { (texts.timeline) }
        ol class="timeline" {
            @for entry in happenings {
                li {
                    (at_or(entry.at.as_ref().and_then(base::wire::instant), "", card, drawing)) " " strong { (view::happened(&entry.what, texts)) }
                    @if entry.audience() != Audience::Unspecified { ", " (view::audience_text(entry.audience(), texts)) }
                    @if !entry.actor.is_empty() && !entry.actor.starts_with(SERVICE) { ", " (fill(texts.by, &[("who", &person::name(&entry.actor, drawing))])) }
                }
            }
        }
    }
}

/// How the identity of a service begins: what it did by itself, nobody did.
const SERVICE: &str = "service:";
