//! HTML of the pages on holds.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{Case, Hold, HoldKind};

use super::texts;
use crate::parts::{
    casework::{NARRATIVE, case as of_case, choices, words},
    drawing::Drawing,
    form::{Field, Form, Kind, Sheet},
    person,
    table::{Column, Table},
    time::instant_or,
};

/// The holds of a case.
#[must_use]
pub fn list(case: &Case, holds: &[Hold], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.title) }
        (of_case::above(case, texts.what, "LPR4", drawing))
        (Table {
            id: "holds",
            caption: texts.title,
            columns: [texts.kind, texts.reason, texts.placed, texts.placed_by, texts.state].map(Column::plain).into(),
            rows: holds.iter().map(|hold| row(case, hold, drawing)).collect(),
            none: texts.none,
            address: String::new(),
            sort: "",
        }.draw(drawing))
        div class="actions" { a class="action" href=(drawing.address(&of_case::path(case, "/holds/place"))) { (texts.place) } }
    }
}

fn row(case: &Case, hold: &Hold, drawing: &Drawing<'_>) -> Vec<Markup> {
    let texts = texts::of(drawing.language);
    let lift = of_case::path(case, &format!("/holds/{}/lift", hold.hold_id));
    let state = html! {
        @if let Some(lifted_at) = &hold.lifted_at {
            (texts.lifted) " " (instant_or(at(lifted_at), "")) ", " (person::name(&hold.lifted_by, drawing)) ": " (hold.lifted_because)
        } @else {
            strong { (texts.stands) } " "
            a class="action" href=(drawing.address(&lift)) { (texts.lift) span class="unseen" { " " (hold.reason) } }
        }
    };
    vec![
        html! { (words::hold(hold.kind(), drawing.language)) },
        html! { (hold.reason) },
        instant_or(hold.placed_at.as_ref().and_then(at), ""),
        html! { (person::name(&hold.placed_by, drawing)) },
        state,
    ]
}

/// The form that places a hold.
#[must_use]
pub fn place(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![
        Field::new("kind", texts.kind, Kind::Radios(choices::coded::<HoldKind>(words::hold, drawing.language))).needed(),
        Field::new("reason", texts.reason, Kind::Lines { most: NARRATIVE, rows: 4 }).needed().hint(texts.reason_hint),
    ];
    Sheet {
        title: texts.place_title,
        above: of_case::above(case, texts.what, "LPR4", drawing),
        form: Form::new(drawing.address(&of_case::path(case, "/holds/place")), texts.place, fields),
    }
}

/// The form that lifts a hold.
#[must_use]
pub fn lift(case: &Case, hold: &str, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![Field::new("reason", texts.reason, Kind::Lines { most: NARRATIVE, rows: 4 }).needed().hint(texts.reason_hint)];
    Sheet {
        title: texts.lift_title,
        above: of_case::above(case, texts.lift_what, "LPR4", drawing),
        form: Form::new(drawing.address(&of_case::path(case, &format!("/holds/{hold}/lift"))), texts.lift, fields),
    }
}
