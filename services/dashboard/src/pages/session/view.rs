//! HTML of the pages of sessions.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{Case, DocumentSide, Session, SessionOutcome, SessionStep, TakenSessionStep};

use super::{
    steps::{self, Offered},
    texts, words,
};
use crate::{
    parts::{
        casework::{
            LINE, NARRATIVE, case as of_case, choices,
            missing::{blocked, in_the_way},
            words as casework,
        },
        drawing::Drawing,
        facts::Facts,
        form::{Choice, Field, Form, Kind, Sheet},
        time::instant_or,
    },
    text::fill,
};

/// The sessions of a case, the newest first.
#[must_use]
pub fn list(case: &Case, sessions: &[Session], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.title) }
        (of_case::above(case, texts.what, "R4b", drawing))
        div class="actions" { a class="action" href=(address(case, "plan", drawing)) { (texts.plan) } }
        @if sessions.is_empty() { p class="none" { (texts.none) } }
        @for session in sessions.iter().rev() { (card(case, session, drawing)) }
    }
}

fn address(case: &Case, below: &str, drawing: &Drawing<'_>) -> String {
    drawing.address(&of_case::path(case, &format!("/sessions/{below}")))
}

fn mode(case: &Case, session: &Session, drawing: &Drawing<'_>) -> String {
    casework::mode(&session.mode, &session.described_mode_id, case, drawing.language)
}

fn card(case: &Case, session: &Session, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let id = format!("session-{}", session.session_id);
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (mode(case, session, drawing)) ", " (instant_or(session.starts_at.as_ref().and_then(at), "")) }
            (facts(case, session, drawing))
            (blocked(session.blocked_since.as_ref().and_then(at), texts.blocked_why, language))
            (in_the_way(&session.missing, asks_the_gate(session), language))
            @if !session.next.is_empty() {
                div class="actions" {
                    @for offered in session.next().filter_map(|step| steps::offered(step, language)) {
                        a class="action" href=(address(case, &format!("{}/{}", session.session_id, offered.address), drawing)) {
                            (offered.button) span class="unseen" { " " (mode(case, session, drawing)) }
                        }
                    }
                }
            }
            @if !session.steps.is_empty() {
                h3 { (texts.history) }
                ol class="waits" { @for step in &session.steps { (taken(step, drawing)) } }
            }
        }
    }
}

fn facts(case: &Case, session: &Session, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let people: Vec<String> = session.participant_ids.iter().map(|id| of_case::named(case, id, drawing)).collect();
    Facts::new()
        .text(texts.state, words::state(session.state(), drawing.language))
        .text(texts.people, &people.join("; "))
        .text(texts.place, &session.place)
        .text(texts.needs, &session.needs)
        .text(texts.co_mediator, &session.co_mediator)
        .markup(texts.planned, html! { (instant_or(session.planned_at.as_ref().and_then(at), "")) ", " (session.planned_by) })
        .draw()
}

fn asks_the_gate(session: &Session) -> bool {
    session.next().any(|step| matches!(step, SessionStep::Confirm | SessionStep::Begin))
}

fn taken(step: &TakenSessionStep, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    html! {
        li {
            (instant_or(step.taken_at.as_ref().and_then(at), "")) ", " (step.taken_by) ": " strong { (words::done(step.step(), language)) }
            @if step.outcome() != SessionOutcome::Unspecified { ", " (words::outcome(step.outcome(), language)) }
            @if step.side() != DocumentSide::Unspecified { ", " (casework::side(step.side(), language)) }
            @if !step.next_on.is_empty() { ", " (fill(texts.next_due, &[("day", &step.next_on)])) }
            @if !step.words.is_empty() { br; span class="said" { (step.words) } }
        }
    }
}

/// The form that plans a session.
#[must_use]
pub fn plan(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let modes = choices::modes(case, language).into_iter().filter(|mode| mode.value != "letter").collect();
    let here = case.participants.iter().filter(|one| one.left.is_none());
    let people = here.map(|one| Choice::new(&one.participant_id, &of_case::named(case, &one.participant_id, drawing))).collect();
    let fields = vec![
        Field::new("mode", texts.mode, Kind::Select(modes)).needed(),
        Field::new("starts_at", texts.starts_at, Kind::Moment).needed(),
        Field::new("place", texts.place, Kind::Line { most: LINE }).needed(),
        Field::new("participant_ids", texts.people, Kind::Checks(people)).needed().hint(texts.people_hint),
        Field::new("needs", texts.needs, Kind::Lines { most: NARRATIVE, rows: 4 }),
        Field::new("co_mediator", texts.co_mediator, Kind::Line { most: LINE }).hint(texts.co_mediator_hint),
    ];
    Sheet {
        title: texts.plan_title,
        above: of_case::above(case, texts.what, "R4b", drawing),
        form: Form::new(address(case, "plan", drawing), texts.plan, fields),
    }
}

/// The form of a step of a session; `None` of a session where it cannot be read now.
#[must_use]
pub fn step(case: &Case, id: &str, session: Option<&Session>, offered: Offered, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let words = |label| Field::new("words", label, Kind::Lines { most: NARRATIVE, rows: 4 });
    let fields = match offered.step {
        SessionStep::Cancel => vec![words(texts.why).needed()],
        SessionStep::End => {
            let outcomes = choices::coded::<SessionOutcome>(words::outcome, language);
            vec![Field::new("outcome", texts.outcome, Kind::Radios(outcomes)).needed()]
        }
        SessionStep::Debrief => {
            let file = i32::from(DocumentSide::File).to_string();
            let sides = choices::coded::<DocumentSide>(casework::side, language).into_iter().filter(|side| side.value != file).collect();
            vec![Field::new("side", texts.side, Kind::Radios(sides)).needed(), words(texts.note)]
        }
        SessionStep::FollowUp => vec![words(texts.note), Field::new("next_on", texts.next_on, Kind::Date).hint(texts.next_on_hint)],
        _ => Vec::new(),
    };
    Sheet {
        title: offered.button,
        above: html! {
            (of_case::above(case, offered.what, "R4b", drawing))
            @if let Some(session) = session {
                p { strong { (mode(case, session, drawing)) ", " (instant_or(session.starts_at.as_ref().and_then(at), "")) } }
                (facts(case, session, drawing))
                @if matches!(offered.step, SessionStep::Confirm | SessionStep::Begin) { (in_the_way(&session.missing, asks_the_gate(session), language)) }
            }
        },
        form: Form::new(address(case, &format!("{id}/{}", offered.address), drawing), offered.button, fields),
    }
}
