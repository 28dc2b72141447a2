//! HTML of the pages of entries on a case, for whoever works on it.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{Case, Curfew, Entry, EntryNeed, EntryPurpose, EntryStep, ListEntriesResponse};

use super::{
    site_view::{history, needs},
    steps::{self, Offered},
    texts, words,
};
use crate::parts::{
    casework::{LINE, NARRATIVE, case as of_case, choices},
    drawing::Drawing,
    facts::Facts,
    form::{Choice, Field, Form, Kind, Sheet},
    time::instant_or,
};

/// The entries of a case, the newest first, and the curfews on its file.
#[must_use]
pub fn list(case: &Case, listed: &ListEntriesResponse, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.title) }
        (of_case::above(case, texts.case_what, "R2a", drawing))
        div class="actions" {
            a class="action" href=(address(case, "ask", drawing)) { (texts.ask) }
            a class="action" href=(address(case, "curfew", drawing)) { (texts.curfew_record) }
        }
        @if listed.entries.is_empty() { p class="none" { (texts.none) } }
        @for entry in listed.entries.iter().rev() { (card(case, entry, drawing)) }
        h2 { (texts.curfews) }
        @if listed.curfews.is_empty() { p class="none" { (texts.curfew_none) } }
        @else { ul class="waits" { @for curfew in &listed.curfews { (curfew_line(case, curfew, drawing)) } } }
    }
}

/// Address of a page below the entries of a case.
#[must_use]
pub fn address(case: &Case, below: &str, drawing: &Drawing<'_>) -> String {
    drawing.address(&of_case::path(case, &format!("/entries/{below}")))
}

fn card(case: &Case, entry: &Entry, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let (id, who) = (format!("entry-{}", entry.entry_id), entry.names.join(", "));
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (words::purpose(entry.purpose(), language)) ", " (instant_or(entry.starts_at.as_ref().and_then(at), "")) }
            @if let Some(since) = entry.on_hold_since.as_ref().and_then(at) {
                div class="notice" {
                    p { strong { (texts.on_hold) " " (instant_or(Some(since), "")) } " " (texts.on_hold_case) }
                    ul { @for change in entry.changes() { li { (words::change(change, language)) } } }
                }
            }
            (facts(entry, drawing))
            @if entry.next().next().is_some() {
                div class="actions" {
                    @for offered in entry.next().filter_map(|step| steps::offered(step, language)) {
                        a class="action" href=(address(case, &format!("{}/{}", entry.entry_id, offered.address), drawing)) {
                            (offered.button) span class="unseen" { " " (who) }
                        }
                    }
                }
            }
            (history(&entry.steps, language))
        }
    }
}

fn facts(entry: &Entry, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    Facts::new()
        .text(texts.state, words::state(entry.state(), language))
        .text(texts.names, &entry.names.join(", "))
        .markup(texts.site, of_case::site(&entry.site, drawing))
        .markup(texts.ends_at, instant_or(entry.ends_at.as_ref().and_then(at), ""))
        .text(texts.place, &entry.place)
        .text(texts.needs, &needs(entry.needs(), language))
        .text(texts.needs_words, &entry.needs_words)
        .markup(texts.asked, html! { (instant_or(entry.asked_at.as_ref().and_then(at), "")) ", " (entry.asked_by) })
        .draw()
}

fn curfew_line(case: &Case, curfew: &Curfew, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let days: Vec<&str> = curfew.weekdays.iter().map(|day| words::weekday(*day, language)).collect();
    let who = of_case::named(case, &curfew.participant_id, drawing);
    let end = address(case, &format!("curfews/{}/end", curfew.curfew_id), drawing);
    html! {
        li {
            strong { (words::curfew(curfew.kind(), language)) } ", " (who) ": " (curfew.begins) "–" (curfew.ends) ", " (curfew.zone) ", "
            (curfew.since) @if !curfew.until.is_empty() { " – " (curfew.until) }
            @if !days.is_empty() { ", " (days.join(", ")) }
            @if let Some(ended) = curfew.ended_at.as_ref().and_then(at) { ". " (texts.curfew_over) " " (instant_or(Some(ended), "")) }
            @else { " " a class="action" href=(end) { (texts.curfew_end) span class="unseen" { " " (who) } } }
        }
    }
}

/// The form that asks for an entry.
#[must_use]
pub fn ask(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let here = case.participants.iter().filter(|one| one.left.is_none());
    let people = here.map(|one| Choice::new(&one.participant_id, &of_case::named(case, &one.participant_id, drawing))).collect();
    let purposes = choices::coded::<EntryPurpose>(words::purpose, language);
    let fields = vec![
        Field::new("purpose", texts.purpose, Kind::Radios(purposes)).needed().hint(texts.purpose_hint),
        Field::new("site", texts.site, Kind::Select(choices::sites(drawing))).needed(),
        Field::new("starts_at", texts.starts_at, Kind::Moment).needed(),
        Field::new("ends_at", texts.ends_at, Kind::Moment).needed(),
        Field::new("participant_ids", texts.people, Kind::Checks(people)).hint(texts.people_hint),
        Field::new("mediator", texts.mediator, Kind::Line { most: LINE }).hint(texts.mediator_hint),
        Field::new("mediator_name", texts.mediator_name, Kind::Line { most: LINE }).hint(texts.mediator_name_hint),
        Field::new("place", texts.place, Kind::Line { most: LINE }),
        Field::new("needs", texts.needs, Kind::Checks(choices::coded::<EntryNeed>(words::need, language))),
        Field::new("needs_words", texts.needs_words, Kind::Lines { most: NARRATIVE, rows: 3 }).hint(texts.needs_words_hint),
    ];
    Sheet {
        title: texts.ask,
        above: of_case::above(case, texts.ask_what, "R6d", drawing),
        form: Form::new(address(case, "ask", drawing), texts.ask, fields),
    }
}

/// The form of a step of whoever works on the case; `None` of an entry where it cannot be read now.
#[must_use]
pub fn step(case: &Case, id: &str, entry: Option<&Entry>, offered: Offered, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = match offered.step {
        EntryStep::Represent => {
            let said = Field::new("words", texts.representations, Kind::Lines { most: NARRATIVE, rows: 6 });
            vec![said.needed().hint(texts.needs_words_hint)]
        }
        _ => Vec::new(),
    };
    Sheet {
        title: offered.button,
        above: html! {
            (of_case::above(case, offered.what, "R2a", drawing))
            @if let Some(entry) = entry { (facts(entry, drawing)) }
        },
        form: Form::new(address(case, &format!("{id}/{}", offered.address), drawing), offered.button, fields),
    }
}
