//! HTML of the pages of reviews.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{Case, Review, ReviewFinding, ReviewState};
use time::OffsetDateTime;

use super::{texts, words};
use crate::parts::{
    casework::{
        NARRATIVE, case as of_case, choices,
        part::{Part, SUPERVISORS},
    },
    drawing::Drawing,
    facts::Facts,
    form::{Field, Form, Kind, Sheet},
    person,
    time::instant_or,
};

/// The reviews of a case, the newest first.
#[must_use]
pub fn list(case: &Case, reviews: &[Review], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.title) }
        (of_case::above(case, texts.what, "RM1a", drawing))
        @if reviews.is_empty() { p class="none" { (texts.none) } }
        @for review in reviews.iter().rev() { (card(case, review, drawing)) }
    }
}

fn address(case: &Case, id: &str, below: &str, drawing: &Drawing<'_>) -> String {
    drawing.address(&of_case::path(case, &format!("/reviews/{id}/{below}")))
}

fn card(case: &Case, review: &Review, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let id = format!("review-{}", review.review_id);
    let trigger = words::trigger(review.trigger(), drawing.language);
    let action = |below: &str, label: &str| {
        html! {
            div class="actions" {
                a class="action" href=(address(case, &review.review_id, below, drawing)) { (label) span class="unseen" { " " (trigger) } }
            }
        }
    };
    let caller = &drawing.session.caller;
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (trigger) }
            (facts(review, drawing))
            @if review.blocks { div class="notice" { p { strong { (texts.blocks) } } } }
            @if review.state() == ReviewState::Open && Part::of(case, caller).answers() { (action("finish", texts.finish)) }
            @if review.state() == ReviewState::Done && caller.has_any(SUPERVISORS) && review.finished_by != caller.subject {
                (action("sign-off", texts.sign_off))
            }
        }
    }
}

fn facts(review: &Review, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let by = |who: &str, when: Option<OffsetDateTime>| {
        html! { @if !who.is_empty() { (person::name(who, drawing)) ", " (instant_or(when, "")) } }
    };
    let again = review.events.iter().skip(1).collect::<Vec<_>>();
    let finding = if review.finding() == ReviewFinding::Unspecified { "" } else { words::finding(review.finding(), drawing.language) };
    Facts::new()
        .text(texts.state, words::state(review.state(), drawing.language))
        .markup(texts.opened, instant_or(review.opened_at.as_ref().and_then(at), ""))
        .markup(
            texts.events,
            html! { @for (number, event) in again.iter().enumerate() { @if number > 0 { ", " } (instant_or(at(event), "")) } },
        )
        .markup(texts.due, instant_or(review.due_at.as_ref().and_then(at), ""))
        .text(texts.finding, finding)
        .text(texts.note, &review.note)
        .markup(texts.finished, by(&review.finished_by, review.finished_at.as_ref().and_then(at)))
        .markup(texts.signed, by(&review.signed_off_by, review.signed_off_at.as_ref().and_then(at)))
        .draw()
}

fn above(case: &Case, review: Option<&Review>, (what, clause): (&str, &str), drawing: &Drawing<'_>) -> Markup {
    html! {
        (of_case::above(case, what, clause, drawing))
        @if let Some(review) = review {
            p { strong { (words::trigger(review.trigger(), drawing.language)) } }
            (facts(review, drawing))
        }
    }
}

/// The form that records a finding; `None` of a review where it cannot be read now.
#[must_use]
pub fn finish(case: &Case, id: &str, review: Option<&Review>, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let findings = choices::coded::<ReviewFinding>(words::finding, drawing.language);
    let fields = vec![
        Field::new("finding", texts.finding, Kind::Radios(findings)).needed().hint(texts.finding_hint),
        Field::new("note", texts.note, Kind::Lines { most: NARRATIVE, rows: 5 }).hint(texts.note_hint),
    ];
    Sheet {
        title: texts.finish,
        above: above(case, review, (texts.finish_what, "RM1a"), drawing),
        form: Form::new(address(case, id, "finish", drawing), texts.finish, fields),
    }
}

/// The form by which a supervisor signs off a finding; the same of a review that cannot be read.
#[must_use]
pub fn sign_off(case: &Case, id: &str, review: Option<&Review>, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    Sheet {
        title: texts.sign_off,
        above: above(case, review, (texts.sign_off_what, "R3a"), drawing),
        form: Form::new(address(case, id, "sign-off", drawing), texts.sign_off, Vec::new()),
    }
}
