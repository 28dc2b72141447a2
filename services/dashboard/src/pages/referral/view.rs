//! HTML of the national queue: its lists, filters and rows.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::intake::v1::{ListQueueResponse, Origin, QueueEntry, QueueList};
use time::OffsetDateTime;

use super::{
    chosen::{Chosen, LISTS, ORIGINS},
    codes,
    texts::{self, Texts},
};
use crate::{
    parts::{
        casework::choices,
        drawing::Drawing,
        filter::Filter,
        form::{Choice, Field, FormValues, Kind},
        site,
        table::{self, Column, Table},
        time::instant,
        words,
    },
    text::fill,
};

/// A page of the queue.
pub struct Queue {
    pub answer: ListQueueResponse,
    pub chosen: Chosen,
    pub is_first: bool,
}

impl Queue {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let chosen = &self.chosen;
        let address = |sort: &str| chosen.address(&drawing.address("/referrals"), &chosen.list, sort);
        let columns = vec![
            Column::plain(texts.number),
            Column::sorted_by(texts.received, "received"),
            Column::sorted_by(texts.age, "age"),
            Column::plain(texts.origin),
            Column::plain(texts.site),
            Column::plain(texts.state),
            Column::plain(texts.to_note),
        ];
        let newest = matches!(chosen.sort.as_str(), "-received" | "age");
        let table = Table {
            id: "queue",
            caption: if newest { texts.queue_caption_newest } else { texts.queue_caption },
            columns,
            rows: self.answer.entries.iter().map(|entry| row(entry, texts, drawing)).collect(),
            none: if chosen.narrows() { texts.none_as_asked } else { texts.queue_none },
            address: address(""),
            sort: if chosen.sort.is_empty() { "received" } else { &chosen.sort },
        };
        html! {
            h1 { (texts.queue_title) }
            @if !chosen.reference.trim().is_empty() { p class="notice" role="status" { (texts.reference_unknown) } }
            (self.lists(drawing))
            (self.filters(drawing))
            (table.draw(drawing))
            (table::pages(&address(&chosen.sort), self.is_first, &self.answer.next_page_token, drawing))
            p { a href=(drawing.address("/referrals/new")) { (texts.submit_one) } }
        }
    }

    /// Links to the lists, each with its number.
    fn lists(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let number = |list: QueueList| {
            let count = self.answer.counts.iter().find(|count| count.list() == list)?;
            Some(format!("{}{}", count.count, if count.is_more { "+" } else { "" }))
        };
        html! {
            nav class="lists" aria-label=(texts.lists) {
                ul {
                    @for (word, list) in LISTS {
                        li {
                            a href=(self.chosen.address(&drawing.address("/referrals"), word, &self.chosen.sort))
                                aria-current=[(list == self.chosen.list()).then_some("page")] {
                                (codes::list(list, texts)) @if let Some(n) = number(list) { " " span class="number" { (n) } }
                            }
                        }
                    }
                    li { a href=(drawing.address("/cases")) { (texts.list_accepted) } }
                }
            }
        }
    }

    fn filters(&self, drawing: &Drawing<'_>) -> Markup {
        let (texts, chosen) = (texts::of(drawing.language), &self.chosen);
        let origins = ORIGINS.map(|(word, origin)| Choice::new(word, short_origin(origin, texts)));
        let fields = vec![
            Field::new("reference", texts.reference, Kind::Line { most: 40 }).hint(texts.reference_hint),
            Field::new("site", texts.site, Kind::Select(choices::sites(drawing))),
            Field::new("region", texts.region, Kind::Select(words::choices(words::REGIONS, drawing.language))),
            Field::new("origin", texts.origin, Kind::Select(origins.into())),
            Field::new("from", texts.received_from, Kind::Date),
            Field::new("to", texts.received_until, Kind::Date),
        ];
        let filled = [
            ("reference", &chosen.reference),
            ("site", &chosen.site),
            ("region", &chosen.region),
            ("origin", &chosen.origin),
            ("from", &chosen.from),
            ("to", &chosen.to),
        ];
        let filled = filled.into_iter().fold(FormValues::default(), |filled, (name, value)| filled.with(name, value));
        let filter = Filter { action: drawing.address("/referrals"), fields, submit: texts.show };
        let hidden = [("list", chosen.list.as_str()), ("sort", chosen.sort.as_str())];
        html! {
            details class="filters" open[chosen.narrows() || !chosen.reference.is_empty()] {
                summary { (texts.filters) }
                (filter.keeping(&hidden, &filled, drawing.language))
                @if chosen.narrows() {
                    p { a href=(Chosen::default().address(&drawing.address("/referrals"), &chosen.list, &chosen.sort)) { (texts.filters_clear) } }
                }
            }
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
        @if !entry.flags.is_empty() || entry.variants > 0 || entry.possible_duplicate {
            ul class="notes" {
                @for flag in &entry.flags { li { (codes::flag(flag, texts).map_or(flag.as_str(), |(words, ..)| words)) } }
                @if entry.possible_duplicate { li { (texts.note_duplicate) } }
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
