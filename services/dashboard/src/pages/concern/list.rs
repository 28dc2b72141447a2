//! Page of safety events [S1]: imminent ones first, then the others; within each, those that wait longest first.

use maud::{Markup, html};
use proto::safety::v1::{ConcernState, Grade};

use super::{texts, view::Card};
use crate::{parts::drawing::Drawing, text::fill};

/// What the page shows besides the concerns.
pub struct Listing {
    pub cards: Vec<Card>,
    pub with_closed: bool,
    /// Address of the next page, where there is one.
    pub more: Option<String>,
    /// Outcome of an acceptance that led here.
    pub outcome: Option<String>,
}

impl Listing {
    /// How many wait for the viewer.
    #[must_use]
    pub fn waiting(&self, drawing: &Drawing<'_>) -> usize {
        self.cards.iter().filter(|card| card.is_waiting(&drawing.session.caller)).count()
    }

    /// The content of the page.
    #[must_use]
    pub fn content(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let code = drawing.language.code();
        let caller = &drawing.session.caller;
        let mut ringing: Vec<&Card> = self.cards.iter().filter(|c| c.is_ringing()).collect();
        ringing.sort_by_key(|card| (!card.is_waiting(caller), card.raised_at));
        let (imminent, other): (Vec<&Card>, Vec<&Card>) = ringing.into_iter().partition(|c| c.grade == Grade::Imminent);
        let in_state = |state| self.cards.iter().filter(|c| c.state == state).collect::<Vec<_>>();
        html! {
            h1 { (texts.events) }
            p class="count" id="count" data-text=(texts.waiting_count) { (fill(texts.waiting_count, &[("n", &self.waiting(drawing).to_string())])) }
            @if let Some(outcome) = &self.outcome { p class="outcome" role="status" { (outcome) } }
            (group("imminent", texts.group_imminent, &imminent, texts.none_imminent, drawing))
            (group("other", texts.group_other, &other, texts.none_other, drawing))
            section id="arrived" aria-labelledby="arrived-title" hidden {
                h2 id="arrived-title" tabindex="-1" { (texts.group_arrived) }
                p class="hint" { (texts.group_arrived_hint) }
                div class="cards" {}
            }
            (group("accepted", texts.group_accepted, &in_state(ConcernState::Accepted), texts.none_accepted, drawing))
            @if self.with_closed {
                (group("closed", texts.group_closed, &in_state(ConcernState::Closed), texts.none_accepted, drawing))
                p { a href=(format!("/{code}/concerns")) { (texts.hide_closed) } }
            } @else {
                p { a href=(format!("/{code}/concerns?closed=1")) { (texts.show_closed) } }
            }
            @if let Some(more) = &self.more { p { a href=(more) { (texts.more) } } }
        }
    }
}

fn group(id: &str, title: &str, cards: &[&Card], none: &str, drawing: &Drawing<'_>) -> Markup {
    let heading = format!("{id}-title");
    html! {
        section id=(id) aria-labelledby=(heading) {
            h2 id=(heading) { (title) }
            @if cards.is_empty() { p class="none" { (none) } }
            div class="cards" { @for card in cards { (drawing.card(card)) } }
        }
    }
}
