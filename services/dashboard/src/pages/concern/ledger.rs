//! What was sent to whom by which channel for one event, from the ledger of deliveries: a page of its own, which the script puts into that of
//! the event. The event waits for no ledger.

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};
use proto::{
    notification::v1::{Delivery, ListDeliveriesRequest},
    reference, role,
};

use super::texts::{self, Texts};
use crate::{
    frame::trouble::Trouble,
    pages::delivery::view::{channel_text, held_or_state},
    parts::{
        drawing::Drawing,
        person,
        time::{instant, instant_or},
        words,
    },
    text::fill,
    web::{App, visitor::Member},
};

/// Most lines shown: the newest.
const MOST: i32 = 200;

/// The place of the ledger on the page of an event, for whoever may read it: a link, and what the script follows.
#[must_use]
pub fn place(reference: &str, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let address = drawing.address(&format!("/concerns/{reference}/ledger"));
    html! {
        @if drawing.session.caller.has_any(&role::LEDGER_READERS) {
            section id="ledger" data-from=(address) {
                h2 { (texts.ledger) }
                p { a href=(address) { (texts.ledger_show) } }
            }
        }
    }
}

pub async fn page(State(app): State<App>, member: Member, Path((_, named)): Path<(String, String)>) -> Response {
    let Some(reference) = reference::parse("RS", &named) else { return member.visitor.trouble(Trouble::NotFound) };
    let request = ListDeliveriesRequest { page_size: MOST, reference: reference.clone(), ..ListDeliveriesRequest::default() };
    match app.clients.deliveries(&member.session).list_deliveries(request).await {
        Ok(answer) => {
            let title = fill(texts::of(member.visitor.language).ledger_title, &[("reference", &reference)]);
            member.page(&title, &draw(&answer.into_inner().deliveries, &title, &reference, &member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}

fn draw(lines: &[Delivery], title: &str, reference: &str, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (title) }
        section id="ledger" {
            h2 id="ledger-title" { (texts.ledger) }
            @if lines.is_empty() {
                p class="none" { (texts.none) }
            } @else {
                div class="scroll" role="region" aria-labelledby="ledger-title" tabindex="0" {
                    table {
                        thead { tr { @for head in [texts.sent_at, texts.sent_to, texts.channel, texts.state, texts.finished_at] { th scope="col" { (head) } } } }
                        tbody { @for line in lines { (row(line, texts, drawing)) } }
                    }
                }
            }
        }
        p { a href=(drawing.address(&format!("/concerns/{reference}"))) { (texts.back_to_event_plain) } }
    }
}

fn row(line: &Delivery, texts: &Texts, drawing: &Drawing<'_>) -> Markup {
    let created_at = line.created_at.as_ref().and_then(base::wire::instant);
    let finished_at = line.finished_at.as_ref().and_then(base::wire::instant);
    html! {
        tr {
            td { @if let Some(at) = created_at { (instant(at)) } }
            td { (person::recipient(&line.recipient, drawing)) }
            td { (channel_text(line.channel(), drawing.language)) }
            td {
                (held_or_state(line, drawing))
                @if line.attempts > 1 { ", " (fill(texts.attempts, &[("n", &line.attempts.to_string())])) }
                @if !line.reason.is_empty() { " (" (words::of(words::REASONS, &line.reason, drawing.language)) ")" }
            }
            td { (instant_or(finished_at, "")) }
        }
    }
}
