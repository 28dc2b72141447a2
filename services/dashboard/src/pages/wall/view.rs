//! HTML of the wallboard. It has the cards of the list of safety events, which the live stream keeps true.

use maud::{Markup, html};
use proto::safety::v1::{ConcernState, Grade};

use super::texts;
use crate::{pages::concern::view::Card, parts::drawing::Drawing, text::fill};

/// The open safety events.
pub struct Board {
    pub cards: Vec<Card>,
    pub has_more: bool,
}

impl Board {
    /// How many wait for the viewer, or for anybody where the viewer accepts nothing.
    #[must_use]
    pub fn waiting(&self, drawing: &Drawing<'_>) -> usize {
        self.cards.iter().filter(|card| card.is_waiting(&drawing.session.caller)).count()
    }

    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let ringing = |is_imminent: bool| {
            let fits = |card: &&Card| card.is_ringing() && (card.grade == Grade::Imminent) == is_imminent;
            let mut cards: Vec<&Card> = self.cards.iter().filter(fits).collect();
            cards.sort_by_key(|card| card.raised_at);
            cards
        };
        let accepted: Vec<&Card> = self.cards.iter().filter(|card| card.state == ConcernState::Accepted).collect();
        let waiting = self.waiting(drawing).to_string();
        html! {
            // By these ids the live stream knows the list and its groups, as on the page of safety events.
            div class="wall" id="list" {
                h1 { (texts.heading) }
                p class="count" id="count" data-text=(texts.waiting) { (fill(texts.waiting, &[("n", &waiting)])) }
                @if self.has_more { p class="notice" { (texts.more) } }
                (group("imminent", texts.imminent, &ringing(true), drawing))
                (group("other", texts.other, &ringing(false), drawing))
                section id="arrived" aria-labelledby="arrived-title" hidden {
                    h2 id="arrived-title" tabindex="-1" { (texts.arrived) }
                    div class="cards" {}
                }
                (group("accepted", texts.accepted, &accepted, drawing))
            }
        }
    }
}

fn group(id: &str, title: &str, cards: &[&Card], drawing: &Drawing<'_>) -> Markup {
    let heading = format!("{id}-title");
    html! {
        section id=(id) aria-labelledby=(heading) {
            h2 id=(heading) { (title) }
            @if cards.is_empty() { p class="none" { (texts::of(drawing.language).none) } }
            div class="cards" { @for card in cards { (drawing.card(card)) } }
        }
    }
}
