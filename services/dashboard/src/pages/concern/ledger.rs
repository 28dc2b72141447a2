//! What was sent to whom by which channel for one event, from the ledger of deliveries.

use std::time::Duration;

use maud::{Markup, html};
use proto::{
    notification::v1::{Delivery, ListDeliveriesRequest},
    role,
};
use tokio::time::timeout;

use super::texts::{self, Texts};
use crate::{
    pages::delivery::view::{channel_text, state_text},
    parts::{
        drawing::Drawing,
        time::{instant, instant_or},
        words,
    },
    text::fill,
    web::{App, visitor::Member},
};

/// Most lines shown: the newest.
const MOST: i32 = 200;
/// The page of an event does not wait longer for its ledger.
const READ_WITHIN: Duration = Duration::from_secs(2);

/// What the ledger says, for whoever may read it.
pub enum Ledger {
    NotForThem,
    Silent,
    Lines(Vec<Delivery>),
}

/// Reads what tells of a reference.
pub async fn read(app: &App, member: &Member, reference: &str) -> Ledger {
    if !member.session.caller.has_any(&role::LEDGER_READERS) {
        return Ledger::NotForThem;
    }
    let request = ListDeliveriesRequest { page_size: MOST, reference: reference.to_owned() };
    match timeout(READ_WITHIN, app.clients.deliveries(&member.session).list_deliveries(request)).await {
        Ok(Ok(answer)) => Ledger::Lines(answer.into_inner().deliveries),
        Ok(Err(_)) | Err(_) => Ledger::Silent,
    }
}

impl Ledger {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        html! {
            @match self {
                Self::NotForThem => {},
                Self::Silent => { h2 { (texts.ledger) } p class="notice" { (texts.ledger_silent) } },
                Self::Lines(lines) if lines.is_empty() => { h2 { (texts.ledger) } p class="none" { (texts.none) } },
                Self::Lines(lines) => {
                    h2 id="ledger-title" { (texts.ledger) }
                    div class="scroll" role="region" aria-labelledby="ledger-title" tabindex="0" {
                        table {
                            thead { tr { @for head in [texts.sent_at, texts.sent_to, texts.channel, texts.state, texts.finished_at] { th scope="col" { (head) } } } }
                            tbody { @for line in lines { (row(line, texts, drawing)) } }
                        }
                    }
                },
            }
        }
    }
}

fn row(line: &Delivery, texts: &Texts, drawing: &Drawing<'_>) -> Markup {
    let created_at = line.created_at.as_ref().and_then(base::wire::instant);
    let finished_at = line.finished_at.as_ref().and_then(base::wire::instant);
    html! {
        tr {
            td { @if let Some(at) = created_at { (instant(at)) } }
            td { (words::office(&line.recipient, drawing)) }
            td { (channel_text(line.channel(), drawing.language)) }
            td {
                (state_text(line.state(), drawing.language))
                @if line.attempts > 1 { ", " (fill(texts.attempts, &[("n", &line.attempts.to_string())])) }
                @if !line.reason.is_empty() { " (" (words::of(words::REASONS, &line.reason, drawing.language)) ")" }
            }
            td { (instant_or(finished_at, "")) }
        }
    }
}
