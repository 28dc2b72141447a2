//! HTML of the delivery ledger.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::notification::v1::{Channel, Delivery, DeliveryState, ListDeliveriesResponse};

use super::texts;
use crate::{
    parts::{
        address,
        drawing::Drawing,
        filter::Filter,
        form::{Choice, Field, FormValues, Kind},
        person,
        table::{self, Column, Table},
        time::{instant, instant_or},
        words,
    },
    text::{Language, fill},
};

const STATES: [DeliveryState; 6] = [
    DeliveryState::Pending,
    DeliveryState::Delivered,
    DeliveryState::Retrying,
    DeliveryState::Withheld,
    DeliveryState::Failed,
    DeliveryState::Sent,
];
const CHANNELS: [Channel; 6] = [Channel::Inbox, Channel::Email, Channel::Gateway, Channel::Push, Channel::Text, Channel::Voice];

/// State of a delivery in words.
#[must_use]
pub const fn state_text(state: DeliveryState, language: Language) -> &'static str {
    let texts = texts::of(language);
    match state {
        DeliveryState::Unspecified => texts.unknown,
        DeliveryState::Pending => texts.pending,
        DeliveryState::Delivered => texts.delivered,
        DeliveryState::Retrying => texts.retrying,
        DeliveryState::Withheld => texts.withheld,
        DeliveryState::Failed => texts.failed,
        DeliveryState::Sent => texts.sent,
    }
}

/// Until when a delivery waits for the quiet hours of its recipient, or its state.
#[must_use]
pub fn held_or_state(one: &Delivery, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        @match one.held_until.as_ref().and_then(at).filter(|until| *until > drawing.now) {
            Some(until) => { (texts.held_until) " " (instant(until)) }
            None => (state_text(one.state(), drawing.language)),
        }
    }
}

/// Channel of a delivery in words.
#[must_use]
pub const fn channel_text(channel: Channel, language: Language) -> &'static str {
    let texts = texts::of(language);
    match channel {
        Channel::Unspecified => texts.unknown,
        Channel::Inbox => texts.inbox,
        Channel::Email => texts.email,
        Channel::Gateway => texts.gateway,
        Channel::Push => texts.push,
        Channel::Text => texts.text,
        Channel::Voice => texts.voice,
    }
}

/// A page of the ledger, and how it is filtered.
pub struct Listing {
    pub answer: ListDeliveriesResponse,
    pub chosen: FormValues,
}

impl Listing {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let (state, channel) = (self.chosen.number("state"), self.chosen.number("channel"));
        let here =
            address::with(&drawing.address("/deliveries"), &[("state", self.chosen.raw("state")), ("channel", self.chosen.raw("channel"))]);
        let fits = |one: &&Delivery| (state == 0 || one.state == state) && (channel == 0 || one.channel == channel);
        let rows: Vec<Vec<Markup>> = self.answer.deliveries.iter().filter(fits).map(|one| row(one, drawing)).collect();
        let failed = self.answer.deliveries.iter().filter(|one| one.state() == DeliveryState::Failed).count();
        let counts = [rows.len().to_string(), self.answer.deliveries.len().to_string()];
        let [n, all] = counts.each_ref().map(String::as_str);
        let titles = [texts.recipient, texts.what, texts.channel, texts.state, texts.attempts, texts.created, texts.finished];
        let table = Table {
            id: "deliveries",
            caption: &fill(texts.caption, &[("n", n), ("all", all)]),
            columns: titles.map(Column::plain).to_vec(),
            rows,
            none: texts.none,
            address: drawing.address("/deliveries"),
            sort: "",
        };
        html! {
            h1 { (texts.deliveries) }
            p { (texts.intro) }
            @if failed > 0 {
                p class="notice" { (if failed == 1 { texts.failed_one.to_owned() } else { fill(texts.failed_many, &[("n", &failed.to_string())]) }) }
            }
            (self.filter(drawing))
            (table.draw(drawing))
            (table::pages(&here, self.chosen.get("page").is_empty(), &self.answer.next_page_token, drawing))
        }
    }

    fn filter(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let states = STATES.map(|state| Choice::new(state as i32, state_text(state, drawing.language))).to_vec();
        let channels = CHANNELS.map(|channel| Choice::new(channel as i32, channel_text(channel, drawing.language))).to_vec();
        let fields =
            vec![Field::new("state", texts.state, Kind::Select(states)), Field::new("channel", texts.channel, Kind::Select(channels))];
        Filter { action: drawing.address("/deliveries"), fields, submit: texts.show }.draw(&self.chosen, drawing.language)
    }
}

fn row(one: &Delivery, drawing: &Drawing<'_>) -> Vec<Markup> {
    let state = state_text(one.state(), drawing.language);
    vec![
        person::recipient(&one.recipient, drawing),
        html! { (words::of(words::TEMPLATES, &one.template, drawing.language)) },
        html! { (channel_text(one.channel(), drawing.language)) },
        html! {
            @if one.state() == DeliveryState::Failed { strong class="warned" { (state) } } @else { (held_or_state(one, drawing)) }
            @if !one.reason.is_empty() { br; (words::of(words::REASONS, &one.reason, drawing.language)) }
        },
        html! { (one.attempts) },
        instant_or(one.created_at.as_ref().and_then(at), ""),
        instant_or(one.finished_at.as_ref().and_then(at), ""),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_every_channel_of_the_ledger_can_be_chosen_and_has_words() {
        let states = (1..).map_while(|n| DeliveryState::try_from(n).ok());
        assert!(states.eq(STATES) && (1..).map_while(|n| Channel::try_from(n).ok()).eq(CHANNELS));
    }
}
