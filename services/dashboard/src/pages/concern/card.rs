//! Card of one concern in a list: counts, codes and times, never its content. Shared by the page, the live stream and the answer to an
//! acceptance, so that they cannot differ.

use maud::{Markup, html};
use proto::safety::v1::{ConcernState, Grade};
use time::OffsetDateTime;

use super::{
    texts::{self, Texts},
    view::{self, AudienceView, Card},
};
use crate::{
    clients::Sites,
    frame,
    parts::{
        drawing::Drawing,
        form, person,
        time::{at_site, elapsed, machine},
    },
    text::{Language, fill},
};

/// How many wait for the viewer, or for anybody where the viewer accepts nothing.
#[must_use]
pub fn waiting(cards: &[Card], drawing: &Drawing<'_>) -> usize {
    cards.iter().filter(|card| card.is_waiting(&drawing.session.caller)).count()
}

impl Drawing<'_> {
    /// Cards under a heading; the live stream knows the group by its id.
    #[must_use]
    pub fn group(&self, id: &str, title: &str, cards: &[&Card], none: &str) -> Markup {
        let heading = format!("{id}-title");
        html! {
            section id=(id) aria-labelledby=(heading) {
                h2 id=(heading) { (title) }
                @if cards.is_empty() { p class="none" { (none) } }
                div class="cards" { @for card in cards { (self.card(card)) } }
            }
        }
    }

    /// The card.
    #[must_use]
    pub fn card(&self, card: &Card) -> Markup {
        let texts = texts::of(self.language);
        let (id, heading) = (format!("c-{}", card.id), format!("h-{}", card.id));
        let details = format!("/{}/concerns/{}", self.language.code(), card.id);
        html! {
            article class=(class(card)) id=(id) data-id=(card.id) data-revision=(card.revision) aria-labelledby=(heading) {
                h3 id=(heading) tabindex="-1" {
                    (mark(card.grade)) span { (card.grade_text(texts)) } " – " (site(card, self.language, self.sites))
                }
                p class="facts" {
                    span class="reference" { span class="unseen" { (texts.reference) " " } (card.reference) }
                    @if let Some(at) = card.raised_at {
                        span { (texts.raised) " " (at_site(at, &card.site, self)) }
                        (self.ago(at))
                    }
                }
                div class="actions" {
                    @for audience in card.audiences.iter().filter(|audience| audience.may_accept) { (self.accept(card, audience)) }
                    a class="details" href=(details) { (texts.details) span class="unseen" { " " (fill(texts.details_of, &[("reference", &card.reference)])) } }
                }
                p class="failure" role="alert" {}
                p class="told" role="status" {}
                ul class="audiences" { @for audience in &card.audiences { (self.audience(audience, card)) } }
            }
        }
    }

    fn audience(&self, audience: &AudienceView, card: &Card) -> Markup {
        let texts = texts::of(self.language);
        html! {
            li class=(if audience.accepted_at.is_some() { "taken" } else { "open" }) {
                strong { (view::audience_text(audience.audience, texts)) }
                @if let Some(at) = audience.accepted_at {
                    span class="state" { (tick()) (who_accepted(audience, self)) }
                    span class="next" { (at_site(at, &card.site, self)) }
                } @else if card.state == ConcernState::Closed {
                    span class="state" { (frame::texts::of(self.language).closed) }
                } @else {
                    span class="state" { (texts.not_accepted) ", " (rings(audience.rings, texts)) }
                    @if let Some(at) = audience.next_ring_at { span class="next" { (texts.next_ring) " " (at_site(at, &card.site, self)) } }
                    @if let Some(handed) = handed_over(audience, self) { span class="next" { (handed) } }
                }
            }
        }
    }

    /// The acceptance form, with one press and without any script.
    #[must_use]
    pub fn accept(&self, card: &Card, audience: &AudienceView) -> Markup {
        let texts = texts::of(self.language);
        let label = view::audience_text(audience.audience, texts);
        html! {
            form class="accept" method="post" action=(format!("/{}/concerns/{}/accept", self.language.code(), card.id)) {
                (form::token(self.session))
                input type="hidden" name="audience" value=(audience.audience as i32);
                input type="hidden" name="said" value=(card.said);
                button { (texts.accept) span class="unseen" { " " (fill(texts.accept_for, &[("audience", label), ("reference", &card.reference)])) } }
            }
        }
    }

    /// How long ago, kept true by a script.
    #[must_use]
    pub fn ago(&self, at: OffsetDateTime) -> Markup {
        let elapsed = elapsed(self.now - at);
        html! { span class="ago" data-since=(machine(at)) { (fill(frame::texts::of(self.language).ago, &[("elapsed", &elapsed)])) } }
    }

    /// Announcement of a concern, without content.
    #[must_use]
    pub fn what(&self, card: &Card) -> String {
        format!("{}, {}, {}", card.grade_text(texts::of(self.language)), card.site_text(self.language, self.sites), card.reference)
    }
}

/// "Accepted by you", or by whom.
#[must_use]
pub fn who_accepted(audience: &AudienceView, drawing: &Drawing<'_>) -> String {
    let texts = texts::of(drawing.language);
    match (audience.mine, audience.accepted_by.is_empty()) {
        (true, _) => texts.accepted_by_you.to_owned(),
        (false, true) => texts.accepted.to_owned(),
        (false, false) => fill(texts.accepted_by, &[("who", &person::name(&audience.accepted_by, drawing))]),
    }
}

/// That it was handed over, and who answers for it until somebody accepts.
#[must_use]
pub fn handed_over(audience: &AudienceView, drawing: &Drawing<'_>) -> Option<String> {
    let texts = texts::of(drawing.language);
    let by = audience.handed_over.as_ref().filter(|_| audience.accepted_at.is_none())?;
    Some(if by.is_empty() { texts.handed_over.to_owned() } else { fill(texts.handed_over_by, &[("who", &person::name(by, drawing))]) })
}

/// "rung 3 times".
#[must_use]
pub fn rings(rings: i32, texts: &Texts) -> String {
    match rings {
        ..=0 => texts.rings_none.to_owned(),
        1 => texts.rings_once.to_owned(),
        many => fill(texts.rings, &[("n", &many.to_string())]),
    }
}

fn class(card: &Card) -> String {
    let grade = if card.grade == Grade::Imminent { "imminent" } else { "other" };
    let state = match card.state {
        ConcernState::Ringing => "ringing",
        ConcernState::Closed => "closed",
        ConcernState::Accepted | ConcernState::Unspecified => "accepted",
    };
    format!("card {grade} {state}")
}

/// A shape beside the word: grade is never shown by colour alone.
#[must_use]
pub fn mark(grade: Grade) -> Markup {
    html! {
        svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false" {
            @match grade {
                Grade::Imminent => { path d="M12 2 23 21H1Z" {} rect class="hole" x="11" y="9" width="2" height="6" {} rect class="hole" x="11" y="16.5" width="2" height="2" {} }
                Grade::Question => { circle cx="12" cy="12" r="10" {} rect class="hole" x="11" y="10" width="2" height="7" {} rect class="hole" x="11" y="6.5" width="2" height="2" {} }
                Grade::Drill => { path d="M12 1 23 12 12 23 1 12Z" {} path class="hole" d="M12 6 18 12 12 18 6 12Z" {} }
                Grade::Concern | Grade::Unspecified => { rect x="3" y="3" width="18" height="18" {} rect class="hole" x="11" y="7" width="2" height="6" {} rect class="hole" x="11" y="15" width="2" height="2" {} }
            }
        }
    }
}

fn tick() -> Markup {
    html! { svg class="tick" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" focusable="false" { path d="M4 12.5 9.5 18 20 6.5" {} } " " }
}

/// The name of the site, marked with its language where that is not the page's.
#[must_use]
pub fn site(card: &Card, language: Language, sites: &Sites) -> Markup {
    let named = card.site_named(language, sites);
    html! { span lang=[named.foreign.map(Language::code)] { (named.name) } }
}
