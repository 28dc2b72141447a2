//! What pages say of one case: its name, the way back to it, its site, and who takes part under which name.

use maud::{Markup, html};
use proto::cases::v1::{Case, Participant};

use super::{texts, words};
use crate::{
    parts::{clause, drawing::Drawing, site::Named},
    text::fill,
};

/// Address of a case, or of a page below it, without the language.
#[must_use]
pub fn path(case: &Case, below: &str) -> String {
    format!("/cases/{}{below}", case.case_id)
}

/// The way back to the file.
#[must_use]
pub fn back(case: &Case, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! { p class="back" { a href=(drawing.address(&path(case, ""))) { (fill(texts.back_to_case, &[("number", &case.case_number)])) } } }
}

/// What a form says above itself: the way back, what it does and the clause behind it.
#[must_use]
pub fn above(case: &Case, what: &str, clause_id: &str, drawing: &Drawing<'_>) -> Markup {
    let rule = clause::within(texts::of(drawing.language).by_rule, clause_id, &[], drawing.language);
    html! {
        (back(case, drawing))
        @if !what.is_empty() { p { (what) " " span class="rule" { "(" (rule) ")" } } }
    }
}

/// A site by its name; its code where the directory has none.
#[must_use]
pub fn site(code: &str, drawing: &Drawing<'_>) -> Markup {
    let named = drawing.sites.get(code).map(|site| Named::of(site, drawing.language));
    html! {
        @if code.is_empty() { (texts::of(drawing.language).not_known) }
        @else if let Some(named) = named { span lang=[named.foreign.map(crate::text::Language::code)] { (named.name) } }
        @else { (code) }
    }
}

/// A participant of the case by the id.
#[must_use]
pub fn participant<'a>(case: &'a Case, id: &str) -> Option<&'a Participant> {
    case.participants.iter().find(|participant| participant.participant_id == id)
}

/// The name of a participant with their part.
#[must_use]
pub fn named(case: &Case, id: &str, drawing: &Drawing<'_>) -> String {
    participant(case, id).map_or_else(String::new, |one| format!("{} – {}", words::kind(one.kind(), drawing.language), one.name))
}
