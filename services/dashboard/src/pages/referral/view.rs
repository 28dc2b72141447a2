//! HTML of the national queue.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::intake::v1::{ListQueueResponse, Origin, QueueEntry};
use time::OffsetDateTime;

use super::{
    codes,
    texts::{self, Texts},
};
use crate::{
    parts::{
        drawing::Drawing,
        site,
        table::{self, Column, Table},
        time::instant,
    },
    text::fill,
};

/// A page of the queue.
pub struct Queue {
    pub answer: ListQueueResponse,
    /// Also what is decided.
    pub all: bool,
    pub is_first: bool,
}

impl Queue {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let (waiting, all) = (drawing.address("/referrals"), drawing.address("/referrals?all=1"));
        let address = if self.all { all.clone() } else { waiting.clone() };
        let columns = [texts.number, texts.received, texts.age, texts.origin, texts.site, texts.state, texts.to_note];
        let table = Table {
            id: "queue",
            caption: texts.queue_caption,
            columns: columns.map(Column::plain).into(),
            rows: self.answer.entries.iter().map(|entry| row(entry, texts, drawing)).collect(),
            none: texts.queue_none,
            address: address.clone(),
            sort: "",
        };
        html! {
            h1 { (texts.queue_title) }
            p class="pages" {
                @if self.all { a href=(waiting) { (texts.waiting) } }
                @else { a href=(all) { (texts.all) } }
            }
            (table.draw(drawing))
            (table::pages(&address, self.is_first, &self.answer.next_page_token, drawing))
            p { a href=(drawing.address("/referrals/new")) { (texts.submit_one) } }
        }
    }
}

fn row(entry: &QueueEntry, texts: &Texts, drawing: &Drawing<'_>) -> Vec<Markup> {
    let received = entry.received_at.as_ref().and_then(at);
    vec![
        html! { a class="reference" href=(drawing.address(&format!("/referrals/{}", entry.referral_id))) { (entry.receipt_number) } },
        html! { @if let Some(at) = received { (instant(at)) } },
        html! { @if let Some(at) = received { (age(at, drawing.now, texts)) } },
        html! { (short_origin(entry.origin(), texts)) },
        site::name(&entry.site, drawing),
        html! { (codes::state(entry.state(), texts)) },
        notes(entry, texts),
    ]
}

/// Whole days since it was received.
pub fn age(received: OffsetDateTime, now: OffsetDateTime, texts: &Texts) -> String {
    match (now - received).whole_days() {
        ..=0 => texts.today.to_owned(),
        1 => texts.one_day.to_owned(),
        days => fill(texts.days, &[("n", &days.to_string())]),
    }
}

/// The source in one word, for a column.
const fn short_origin(value: Origin, texts: &Texts) -> &'static str {
    match value {
        Origin::Unspecified => texts.not_stated,
        Origin::Victim => texts.short_victim,
        Origin::Institutional => texts.short_institutional,
        Origin::Community => texts.short_community,
        Origin::AnyCommunication => texts.short_any,
    }
}

fn notes(entry: &QueueEntry, texts: &Texts) -> Markup {
    html! {
        @if !entry.flags.is_empty() || entry.variants > 0 {
            ul class="notes" {
                @for flag in &entry.flags { li { (codes::flag(flag, texts).map_or(flag.as_str(), |(words, ..)| words)) } }
                @if entry.variants > 0 { li { (texts.versions) ": " (entry.variants) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::text::Language;

    #[test]
    fn the_age_of_a_referral_is_said_in_days() {
        let age = |received| age(received, datetime!(2026-03-10 12:00 UTC), texts::of(Language::French));
        assert_eq!(age(datetime!(2026-03-10 09:00 UTC)), "aujourd’hui");
        assert_eq!(age(datetime!(2026-03-09 09:00 UTC)), "1 jour");
        assert_eq!(age(datetime!(2026-02-08 11:00 UTC)), "30 jours");
    }
}
