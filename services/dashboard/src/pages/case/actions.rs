//! Actions that the file offers to whoever reads it. The service decides each of them.

use maud::{Markup, html};
use proto::{
    cases::v1::{Case, Stage},
    role::NATIONAL_MANAGER,
};

use super::texts;
use crate::parts::{
    casework::{case as of_case, part::Part},
    drawing::Drawing,
};

/// A link to a form page below the file.
#[must_use]
pub fn link(case: &Case, below: &str, label: &str, of_what: &str, drawing: &Drawing<'_>) -> Markup {
    html! {
        a class="action" href=(drawing.address(&of_case::path(case, below))) {
            (label) @if !of_what.is_empty() { span class="unseen" { " " (of_what) } }
        }
    }
}

/// What can be done to the case as a whole.
#[must_use]
pub fn of_case(case: &Case, part: Part, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let link = |below: &str, label: &str| link(case, below, label, "", drawing);
    html! {
        div class="actions" {
            @if part.changes() {
                (link("/move", texts.move_it))
                @if case.stage() != Stage::Closed { (link("/participants/add", texts.add_participant)) }
                (link("/documents/keep", texts.keep_document))
                (link("/exchange", texts.exchange))
                (link("/sessions", texts.sessions))
                (link("/entries", texts.entries))
                (link("/requests", texts.requests))
                (link("/person-move", texts.person_moved))
            }
            (link("/conditions", texts.conditions))
            (link("/extracts", texts.extracts))
            (link("/steps", texts.steps))
            (link("/replay", texts.replay))
            @if part.answers() { (link("/site", texts.correct_site)) }
            @if drawing.session.caller.has_role(NATIONAL_MANAGER) { (link("/access", texts.who_read)) }
        }
    }
}
