//! HTML of the steps that a case can take next: what each still needs, by which clause, and whose move it is, as the service says.

use maud::{Markup, html};
use proto::cases::v1::{Case, NextStep, Stage};

use super::texts;
use crate::{
    parts::{
        casework::{missing::needed, words},
        drawing::Drawing,
    },
    text::{Language, fill},
};

/// The steps to work, then to a pause and the end, which need a reason only.
#[must_use]
pub fn draw(case: &Case, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let steps: Vec<&NextStep> = case.next_steps.iter().filter(|step| !matches!(step.to(), Stage::Paused | Stage::Closed)).collect();
    html! {
        section aria-labelledby="next" {
            h2 id="next" { (texts.next_steps) }
            @if steps.is_empty() { p { (texts.no_next_step) } }
            @for step in &steps { (one(step, case, drawing.language)) }
            @if !steps.is_empty() { p class="hint" { (texts.gate) } }
        }
    }
}

fn one(step: &NextStep, case: &Case, language: Language) -> Markup {
    let texts = texts::of(language);
    html! {
        h3 { (name(step, case, language)) }
        @if step.missing.is_empty() { p class="clear" { (texts.step_is_free) } }
        @else {
            p { (fill(texts.step_needs, &[("n", &step.missing.len().to_string())])) }
            ul class="waits" { @for missing in &step.missing { (needed(missing, language)) } }
        }
    }
}

/// A step by its stage, with the mode where it has one.
fn name(step: &NextStep, case: &Case, language: Language) -> String {
    let stage = words::stage(step.to(), language);
    let mode = words::mode(&step.mode, &step.described_mode_id, case, language);
    if mode.is_empty() { stage.to_owned() } else { format!("{stage}, {mode}") }
}
