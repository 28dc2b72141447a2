//! HTML of what happened to a referral, oldest first, and of others that may be about the same persons.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::intake::v1::{AlikeReferral, GetReferralResponse, ReferralEvent, ReferralEventKind};

use super::{
    codes,
    texts::{self, Texts},
};
use crate::{
    parts::{clause, drawing::Drawing, person, site, time::instant_or, words},
    text::fill,
};

/// Duplicates that are shown at once: a decision is not to be looked for below a long list.
const FIRST: usize = 3;

/// What came, and every decision with its reason and clause.
#[must_use]
pub fn history(answer: &GetReferralResponse, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        @if !answer.history.is_empty() {
            h2 { (texts.history) }
            ol class="history" { @for event in &answer.history { li { (happened(event, texts, drawing)) } } }
        }
    }
}

fn happened(event: &ReferralEvent, texts: &Texts, drawing: &Drawing<'_>) -> Markup {
    let what = match event.kind() {
        ReferralEventKind::Unspecified => texts.not_stated,
        ReferralEventKind::Received => texts.happened_received,
        ReferralEventKind::Completed => texts.happened_completed,
        ReferralEventKind::Decided => codes::disposition(event.disposition(), texts),
    };
    let role = words::of(words::ROLES, &event.role, drawing.language);
    html! {
        p { (instant_or(event.at.as_ref().and_then(at), texts.not_stated)) " – " strong { (what) } }
        p class="hint" {
            @if !event.role.is_empty() { (role) ", " }
            (person::name(&event.by, drawing))
            @if !event.clause.is_empty() { " (" (clause::within(texts.clause_named, &event.clause, &[], drawing.language)) ")" }
        }
        @if !event.review_on.is_empty() { p { (texts.review_on) " " (event.review_on) } }
        @if event.kind() == ReferralEventKind::Decided {
            p class="words" { @if event.reason.is_empty() { (texts.reason_unread) } @else { (event.reason) } }
        }
    }
}

/// Others that may be about the same persons, with what they have in common.
#[must_use]
pub fn duplicates(answer: &GetReferralResponse, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let others = &answer.possible_duplicates;
    html! {
        h2 { (texts.duplicates) }
        @if !answer.is_compared { p class="notice" { (texts.not_compared) } }
        @if others.is_empty() { @if answer.is_compared { p { (texts.no_duplicate) } } }
        @else {
            div class="notice" {
                p { (texts.duplicates_text) }
                ul { @for other in others.iter().take(FIRST) { li { (duplicate(other, texts, drawing)) } } }
                @if let Some(more) = others.len().checked_sub(FIRST).filter(|more| *more > 0) {
                    details {
                        summary { (fill(texts.duplicates_more, &[("n", &more.to_string())])) }
                        ul { @for other in others.iter().skip(FIRST) { li { (duplicate(other, texts, drawing)) } } }
                    }
                }
            }
        }
    }
}

fn duplicate(other: &AlikeReferral, texts: &Texts, drawing: &Drawing<'_>) -> Markup {
    let common: Vec<&str> = other.likenesses.iter().map(|code| codes::likeness(code, texts)).collect();
    html! {
        a class="reference" href=(drawing.address(&format!("/referrals/{}", other.referral_id))) { (other.receipt_number) }
        " – " (common.join(", ")) br;
        span class="hint" {
            (codes::state(other.state(), texts)) ", " (site::name(&other.site, drawing)) ", "
            (instant_or(other.received_at.as_ref().and_then(at), ""))
        }
    }
}
