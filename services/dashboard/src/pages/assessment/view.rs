//! HTML of the form on an assessment.

use maud::html;
use proto::cases::v1::{Case, RiskLevel};

use super::texts;
use crate::parts::{
    casework::{NARRATIVE, case as of_case, choices, words},
    drawing::Drawing,
    facts::Facts,
    form::{Field, Form, Group, Kind, Sheet},
};

/// The form that records an assessment. `in_danger`: imminent risk was typed, and it is not known to be recorded.
#[must_use]
pub fn record(case: &Case, participant: &str, in_danger: bool, drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let assessed = vec![
        Field::new("risk", texts.risk, Kind::Radios(choices::coded::<RiskLevel>(words::risk, language))).needed(),
        Field::new("notes", texts.notes, Kind::Lines { most: NARRATIVE, rows: 6 }).hint(texts.notes_hint),
        Field::new("next_review_on", texts.next_review_on, Kind::Date).hint(texts.next_review_hint),
    ];
    let head = vec![Field::new("what_the_head_must_know", texts.head, Kind::Lines { most: NARRATIVE, rows: 3 }).hint(texts.head_hint)];
    let who = Facts::new().text(texts.who, &of_case::named(case, participant, drawing));
    Sheet {
        title: texts.title,
        above: html! {
            @if in_danger {
                div class="errors" role="alert" {
                    p { strong { (texts.not_recorded) } }
                    p { a href=(drawing.address("/raise")) target="_blank" rel="noopener" { (texts.raise) } }
                }
            }
            (of_case::above(case, texts.what, "R4a", drawing))
            @if !who.is_empty() { (who.draw()) }
        },
        form: Form {
            action: drawing.address(&of_case::path(case, &format!("/participants/{participant}/assessment"))),
            groups: vec![Group { fields: assessed, ..Group::default() }, Group { legend: Some(texts.imminent), hint: None, fields: head }],
            submit: texts.record,
        },
    }
}
