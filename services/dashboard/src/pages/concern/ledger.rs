//! What was sent to whom by which channel for one event, from the ledger of deliveries.

use std::time::Duration;

use maud::{Markup, html};
use proto::{
    notification::v1::{Channel, Delivery, DeliveryState, ListDeliveriesRequest},
    role,
};
use tokio::time::timeout;

use super::texts::{self, Texts};
use crate::{
    parts::{
        drawing::Drawing,
        time::{instant, instant_or},
        words,
    },
    text::fill,
    web::{App, visitor::Member},
};

/// Roles that may read the ledger.
const READERS: [&str; 4] = [role::NATIONAL_MANAGER, role::RJ_SUPERVISOR, role::RJ_OFFICER, role::OPERATIONS];
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
    if !member.session.caller.has_any(&READERS) {
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
            td { (channel(line.channel(), texts)) }
            td {
                (state(line.state(), texts))
                @if line.attempts > 1 { ", " (fill(texts.attempts, &[("n", &line.attempts.to_string())])) }
                @if !line.reason.is_empty() { " (" (reason(&line.reason, texts)) ")" }
            }
            td { (instant_or(finished_at, "")) }
        }
    }
}

const fn channel(channel: Channel, texts: &Texts) -> &'static str {
    match channel {
        Channel::Email => texts.channel_email,
        Channel::Gateway => texts.channel_gateway,
        Channel::Inbox | Channel::Unspecified => texts.channel_inbox,
    }
}

const fn state(state: DeliveryState, texts: &Texts) -> &'static str {
    match state {
        DeliveryState::Delivered => texts.sent_delivered,
        DeliveryState::Sent => texts.sent_sent,
        DeliveryState::Retrying => texts.sent_retrying,
        DeliveryState::Withheld => texts.sent_withheld,
        DeliveryState::Failed => texts.sent_failed,
        DeliveryState::Pending | DeliveryState::Unspecified => texts.sent_pending,
    }
}

/// A reason of the ledger in words; one of a later version as it is.
fn reason<'a>(code: &'a str, texts: &'a Texts) -> &'a str {
    match code {
        "accepted" => texts.reason_accepted,
        "address-missing" => texts.reason_no_address,
        "address-malformed" => texts.reason_bad_address,
        "class-forbids-email" => texts.reason_class,
        "do-not-contact" => texts.reason_do_not_contact,
        "email-not-configured" => texts.reason_no_email,
        "gateway-gone" | "gateway-refused" | "gateway-timeout" | "gateway-unreachable" => texts.reason_gateway,
        "no-report" => texts.reason_no_report,
        "not-reached" => texts.reason_not_reached,
        "smtp-refused" | "smtp-timeout" | "smtp-unreachable" => texts.reason_smtp,
        other => other,
    }
}
