//! Every mediator held against one case: who fits, and why or why not.

use maud::{Markup, html};
use proto::cases::v1::{Case, MediatorMatch};

use super::{entry::gap_list, list, texts};
use crate::{
    parts::{address, casework::case as of_case, drawing::Drawing, person},
    text::Language,
};

#[must_use]
pub fn draw(case: &Case, matches: &[MediatorMatch], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.fit_title) }
        (of_case::above(case, texts.fit_what, "D-mediator", drawing))
        @if matches.is_empty() { p class="none" { (texts.fit_none) } }
        @for (place, found) in matches.iter().enumerate() { (card(case, found, place, drawing)) }
    }
}

fn card(case: &Case, found: &MediatorMatch, place: usize, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let (id, name) = (format!("mediator-{place}"), person::name(&found.mediator, drawing));
    let refusing = || found.gaps.iter().filter(|gap| gap.refuses);
    let warnings = || found.gaps.iter().filter(|gap| !gap.refuses);
    let reason = |english: &str, french: &str| match drawing.language {
        Language::English => english.to_owned(),
        Language::French => french.to_owned(),
    };
    let assign = address::with(&drawing.address(&of_case::path(case, "/mediator")), &[("mediator", &found.mediator)]);
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (name) " – " @if found.fits { (texts.fits) } @else { (texts.fits_not) } }
            p { (texts.open_cases) " " (list::room(found.open_cases, found.capacity, drawing.language)) }
            @if refusing().next().is_some() { h3 { (texts.why_not) } (gap_list(refusing(), drawing)) }
            @if warnings().next().is_some() { h3 { (texts.warnings) } (gap_list(warnings(), drawing)) }
            @if !found.reasons.is_empty() {
                h3 { (texts.reasons) }
                ul class="plain-list" { @for one in &found.reasons { li { (reason(&one.words_en, &one.words_fr)) } } }
            }
            @if found.fits {
                div class="actions" { a class="action" href=(assign) { (texts.assign) span class="unseen" { " " (name) } } }
            }
        }
    }
}
