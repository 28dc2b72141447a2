//! Page of safety events [S1]: imminent ones first, then the others; within each, those that wait longest first.

use maud::{Markup, html};
use proto::safety::v1::{ConcernState, Grade};

use super::{card::waiting, filter::Chosen, texts, view::Card};
use crate::{parts::drawing::Drawing, text::fill};

/// What the page shows besides the concerns.
pub struct Listing {
    pub cards: Vec<Card>,
    pub chosen: Chosen,
    /// Address of the next page, where there is one.
    pub more: Option<String>,
    /// Outcome of an acceptance that led here.
    pub outcome: Option<String>,
    /// A reference was asked for that leads to no event that the viewer may see.
    pub is_unknown: bool,
}

impl Listing {
    /// How many wait for the viewer.
    #[must_use]
    pub fn waiting(&self, drawing: &Drawing<'_>) -> usize {
        waiting(&self.cards, drawing)
    }

    /// The content of the page.
    #[must_use]
    pub fn content(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let caller = &drawing.session.caller;
        let mut ringing: Vec<&Card> = self.cards.iter().filter(|c| c.is_ringing()).collect();
        ringing.sort_by_key(|card| (!card.is_waiting(caller), card.raised_at));
        let (imminent, other): (Vec<&Card>, Vec<&Card>) = ringing.into_iter().partition(|c| c.grade == Grade::Imminent);
        let in_state = |state| {
            let mut cards = self.cards.iter().filter(|c| c.state == state).collect::<Vec<_>>();
            cards.sort_by_key(|card| (card.grade != Grade::Imminent, card.raised_at));
            cards
        };
        html! {
            h1 { (texts.events) }
            p class="count" id="count" data-text=(texts.waiting_count) { (fill(texts.waiting_count, &[("n", &self.waiting(drawing).to_string())])) }
            @if let Some(outcome) = &self.outcome { p class="outcome" role="status" { (outcome) } }
            @if self.is_unknown { p class="notice" role="status" { (texts.reference_unknown) } }
            (tools(drawing))
            div id="list" data-filtered=[self.chosen.narrows().then_some("1")] {
                (drawing.group("imminent", texts.group_imminent, &imminent, texts.none))
                (drawing.group("other", texts.group_other, &other, texts.none))
                (drawing.group("accepted", texts.group_accepted, &in_state(ConcernState::Accepted), texts.none))
                @if self.chosen.with_closed() { (drawing.group("closed", texts.group_closed, &in_state(ConcernState::Closed), texts.none)) }
            }
            @if let Some(more) = &self.more { p { a rel="next" href=(more) { (texts.more) } } }
            (self.chosen.form(drawing))
            p { a class="csv" href=(drawing.address(&format!("/concerns/csv?{}", self.chosen.query()))) { (texts.csv) } }
        }
    }
}

/// Switches for what a script can do beside the list; hidden without one.
fn tools(drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        div id="tools" role="group" aria-label=(texts.tools) hidden {
            @for (id, label) in [("sound", texts.tool_sound), ("notify", texts.tool_notify), ("awake", texts.tool_awake)] {
                button type="button" class="switch" id=(id) aria-pressed="false" hidden { (label) }
            }
        }
    }
}
