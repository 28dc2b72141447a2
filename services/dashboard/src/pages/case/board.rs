//! HTML of the board: the cases of each stage in a column, with the step that each can be moved by.

use maud::{Markup, html};
use proto::cases::v1::{Case, Stage};

use super::{
    texts,
    view::{Listing, marks},
};
use crate::{
    parts::{
        casework::{case as of_case, words},
        drawing::Drawing,
    },
    text::fill,
};

/// Most cases that a column shows; the rest are on the list.
const MOST_OF_A_STAGE: usize = 50;
const STAGES: [Stage; 6] = [Stage::Assessment, Stage::Preparation, Stage::Mediation, Stage::FollowUp, Stage::Paused, Stage::Closed];

/// The board of what a person may see.
#[must_use]
pub fn draw(listing: &Listing<'_>, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.board) }
        (listing.head("/cases/board", drawing))
        @if listing.cases.is_empty() { (listing.nothing(drawing)) }
        @else {
            div class="board" {
                @for stage in STAGES {
                    (column(stage, listing.cases.iter().filter(|case| case.stage() == stage).collect(), drawing))
                }
            }
        }
    }
}

fn column(stage: Stage, cases: Vec<&Case>, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let (id, n) = (format!("stage-{}", i32::from(stage)), cases.len());
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (words::stage(stage, drawing.language)) " (" (n) ")" }
            @if cases.is_empty() { p class="none" { "–" } }
            ul {
                @for case in cases.iter().take(MOST_OF_A_STAGE) { li { (card(case, drawing)) } }
            }
            @if n > MOST_OF_A_STAGE {
                p { a href=(drawing.address(&format!("/cases?stage={}", i32::from(stage)))) { (fill(texts.all_of_stage, &[("n", &n.to_string())])) } }
            }
        }
    }
}

fn card(case: &Case, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h3 { a class="reference" href=(drawing.address(&of_case::path(case, ""))) { (case.case_number) } }
        p { (of_case::site(&case.site, drawing)) }
        @if !case.mediator.is_empty() { p { (texts.mediator) " " (case.mediator) } }
        @for mark in marks(case, drawing) { p { (mark) } }
        p { a href=(drawing.address(&of_case::path(case, "/move"))) { (texts.move_it) span class="unseen" { " " (case.case_number) } } }
    }
}
