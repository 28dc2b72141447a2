//! HTML of the pages of whoever answers for a site. On a telephone who, when and the buttons come first.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{Entry, EntryGround, EntryManifest, EntryNeed, EntryScreening, EntryState, EntryStep, TakenEntryStep};

use super::{
    steps::{self, Offered},
    texts, words,
};
use crate::{
    parts::{
        casework::{NARRATIVE, choices},
        drawing::Drawing,
        facts::Facts,
        form::{Field, Form, Kind, Sheet},
        site,
        time::instant_or,
    },
    text::Language,
};

/// The entries to the sites that the viewer answers for.
#[must_use]
pub fn list(entries: &[Entry], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.title) }
        p { (texts.site_what) }
        @if entries.is_empty() { p class="none" { (texts.site_none) } }
        @for entry in entries { (card(entry, drawing)) }
    }
}

fn card(entry: &Entry, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let (id, who) = (format!("entry-{}", entry.entry_id), entry.names.join(", "));
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (who) ", " (instant_or(entry.starts_at.as_ref().and_then(at), "")) }
            @if may_be_read(entry) {
                div class="actions" {
                    @for offered in entry.next().filter_map(|step| steps::offered(step, language)) {
                        a class="action" href=(address(entry, offered.address, drawing)) { (offered.button) span class="unseen" { " " (who) } }
                    }
                    @if is_valid(entry) {
                        a class="action" href=(address(entry, "manifest", drawing)) { (texts.manifest) span class="unseen" { " " (who) } }
                    }
                }
            }
            (held(entry, drawing))
            (facts(entry, drawing))
            (history(&entry.steps, language))
        }
    }
}

fn may_be_read(entry: &Entry) -> bool {
    is_valid(entry) || entry.next().next().is_some()
}

fn is_valid(entry: &Entry) -> bool {
    entry.state() == EntryState::Approved && entry.on_hold_since.is_none()
}

fn address(entry: &Entry, below: &str, drawing: &Drawing<'_>) -> String {
    drawing.address(&format!("/entries/{}/{below}", entry.entry_id))
}

fn held(entry: &Entry, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        @if let Some(since) = entry.on_hold_since.as_ref().and_then(at) {
            div class="notice" { p { strong { (texts.on_hold) " " (instant_or(Some(since), "")) } " " (texts.on_hold_site) } }
        }
    }
}

fn facts(entry: &Entry, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    Facts::new()
        .text(texts.state, words::state(entry.state(), language))
        .text(texts.names, &entry.names.join(", "))
        .markup(texts.starts_at, instant_or(entry.starts_at.as_ref().and_then(at), ""))
        .markup(texts.ends_at, instant_or(entry.ends_at.as_ref().and_then(at), ""))
        .text(texts.hours, if entry.standing { texts.standing } else { "" })
        .markup(texts.site, site::name(&entry.site, drawing))
        .text(texts.place, &entry.place)
        .text(texts.needs, &needs(entry.needs(), language))
        .text(texts.needs_words, &entry.needs_words)
        .markup(texts.asked, instant_or(entry.asked_at.as_ref().and_then(at), ""))
        .draw()
}

/// Needs in the words of the page.
#[must_use]
pub fn needs(codes: impl Iterator<Item = EntryNeed>, language: Language) -> String {
    codes.map(|need| words::need(need, language)).collect::<Vec<_>>().join(", ")
}

/// Every step of an entry, with grounds, reasons and representations.
#[must_use]
pub fn history(taken: &[TakenEntryStep], language: Language) -> Markup {
    html! {
        @if !taken.is_empty() {
            h3 { (texts::of(language).history) }
            ol class="waits" {
                @for step in taken {
                    li {
                        (instant_or(step.taken_at.as_ref().and_then(at), ""))
                        @if !step.taken_by.is_empty() { ", " (step.taken_by) }
                        ": " strong { (words::done(step.step(), language)) }
                        @if step.screening() != EntryScreening::Unspecified {
                            ", " (texts::of(language).screening) " – " (words::screening(step.screening(), language))
                        }
                        @for ground in step.grounds() { br; (words::ground(ground, language)) }
                        @if !step.words.is_empty() { br; span class="said" { (step.words) } }
                    }
                }
            }
        }
    }
}

/// The form of a decision; `None` of an entry where it cannot be read now.
#[must_use]
pub fn step(id: &str, entry: Option<&Entry>, offered: Offered, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let fields = match offered.step {
        EntryStep::Decline => {
            let grounds = choices::coded::<EntryGround>(words::ground, language);
            vec![
                Field::new("grounds", texts.grounds, Kind::Checks(grounds)).needed(),
                Field::new("words", texts.reasons, Kind::Lines { most: NARRATIVE, rows: 4 }).needed(),
            ]
        }
        EntryStep::Approve => {
            let outcomes = choices::coded::<EntryScreening>(words::screening, language);
            vec![
                Field::new("screening", texts.screening, Kind::Radios(outcomes)),
                Field::new("words", texts.note, Kind::Lines { most: NARRATIVE, rows: 2 }).hint(texts.note_hint),
            ]
        }
        _ => Vec::new(),
    };
    Sheet {
        title: offered.button,
        above: html! {
            p class="back" { a href=(drawing.address("/entries")) { (texts.back_to_site) } }
            p { (offered.what) }
            @if let Some(entry) = entry {
                p { strong { (entry.names.join(", ")) ", " (instant_or(entry.starts_at.as_ref().and_then(at), "")) } }
                (held(entry, drawing))
            }
        },
        form: Form::new(drawing.address(&format!("/entries/{id}/{}", offered.address)), offered.button, fields),
    }
}

/// The list for the gate, to be printed.
#[must_use]
pub fn manifest(of: &EntryManifest, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let facts = Facts::new()
        .text(texts.reference, &of.reference)
        .markup(texts.site, site::name(&of.site, drawing))
        .markup(texts.starts_at, instant_or(of.starts_at.as_ref().and_then(at), ""))
        .markup(texts.ends_at, instant_or(of.ends_at.as_ref().and_then(at), ""))
        .text(texts.hours, if of.standing { texts.standing } else { "" })
        .text(texts.place, &of.place)
        .text(texts.needs, &needs(of.needs(), language))
        .text(texts.needs_words, &of.needs_words)
        .markup(texts.handed_out, instant_or(of.handed_out_at.as_ref().and_then(at), ""));
    html! {
        p class="back" { a href=(drawing.address("/entries")) { (texts.back_to_site) } }
        h1 { (texts.manifest_title) }
        p class="pages" { (texts.manifest_what) }
        ul { @for name in &of.names { li { strong { (name) } } } }
        (facts.draw())
    }
}
