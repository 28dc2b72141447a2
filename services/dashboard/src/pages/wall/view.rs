//! HTML of the wallboard. It has the cards of the list of safety events, which the live stream keeps true.

use maud::{Markup, html};
use proto::safety::v1::{ConcernState, Grade};

use super::texts;
use crate::{
    pages::concern::{card::waiting, view::Card},
    parts::drawing::Drawing,
    text::fill,
};

/// The open safety events.
pub struct Board {
    pub cards: Vec<Card>,
    pub has_more: bool,
}

impl Board {
    /// How many wait for the viewer, or for anybody where the viewer accepts nothing.
    #[must_use]
    pub fn waiting(&self, drawing: &Drawing<'_>) -> usize {
        waiting(&self.cards, drawing)
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
                (drawing.group("imminent", texts.imminent, &ringing(true), texts.none))
                (drawing.group("other", texts.other, &ringing(false), texts.none))
                (drawing.group("accepted", texts.accepted, &accepted, texts.none))
            }
        }
    }
}
