//! HTML of the pages on break-glass.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{BreakGlassFinding, BreakGlassUse};

use super::texts;
use crate::{
    parts::{
        casework::{LINE, NARRATIVE, choices, texts as shared, words},
        clause,
        drawing::Drawing,
        form::{Field, Form, Kind, Press, Sheet},
        person,
        table::{Column, Table},
        texts as parts,
        time::instant_or,
    },
    text::fill,
};

/// The review list.
#[must_use]
pub fn list(uses: &[BreakGlassUse], open_only: bool, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let columns = [texts.case, texts.by, texts.reason, texts.at, texts.until, texts.readings, texts.review];
    html! {
        h1 { (texts.break_glass) }
        p { (texts.list_what) }
        (Table {
            id: "break-glass",
            caption: texts.break_glass,
            columns: columns.map(Column::plain).into(),
            rows: uses.iter().map(|one| row(one, drawing)).collect(),
            none: parts::of(drawing.language).none_for_you,
            address: String::new(),
            sort: "",
        }.draw(drawing))
        p {
            @if open_only { a href=(drawing.address("/break-glass?all=1")) { (texts.all) } }
            @else { a href=(drawing.address("/break-glass")) { (texts.open_only) } }
        }
    }
}

fn row(one: &BreakGlassUse, drawing: &Drawing<'_>) -> Vec<Markup> {
    let texts = texts::of(drawing.language);
    let lasts = one.ended_at.is_none() && one.until.as_ref().and_then(at).is_some_and(|until| until > drawing.now);
    let until = html! {
        (instant_or(one.ended_at.as_ref().or(one.until.as_ref()).and_then(at), ""))
        @if lasts {
            (Press {
                action: drawing.address(&format!("/break-glass/{}/end", one.break_glass_id)),
                label: texts.end_it,
                of_what: &one.case_number,
                fields: &[("to", "/break-glass")],
            }.draw(drawing.session))
        }
    };
    vec![
        html! { a class="reference" href=(drawing.address(&format!("/cases/{}", one.case_id))) { (one.case_number) } },
        html! { (person::name(&one.broken_by, drawing)) },
        html! { (one.reason) },
        instant_or(one.broken_at.as_ref().and_then(at), ""),
        until,
        html! { (one.readings) },
        reviewed(one, drawing),
    ]
}

fn reviewed(one: &BreakGlassUse, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let due = |text: &str| fill(text, &[("day", &one.review_due)]);
    let own = one.broken_by == drawing.session.caller.subject;
    html! {
        @if one.finding() != BreakGlassFinding::Unspecified {
            (words::finding(one.finding(), drawing.language)) ", " (person::name(&one.reviewed_by, drawing)) ", " (instant_or(one.reviewed_at.as_ref().and_then(at), ""))
            @if !one.note.is_empty() { p { (one.note) } }
        } @else {
            @if one.overdue { strong class="danger" { (due(texts.overdue)) } } @else { (due(texts.due)) }
            @if !own {
                " " a class="action" href=(drawing.address(&format!("/break-glass/{}/review", one.break_glass_id))) {
                    (texts.review_it) span class="unseen" { " " (one.case_number) }
                }
            }
        }
    }
}

/// The form that opens one case.
#[must_use]
pub fn open(drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![
        Field::new("case_ref", texts.case_ref, Kind::Line { most: LINE }).needed().hint(texts.case_ref_hint),
        Field::new("reason", texts.why, Kind::Lines { most: NARRATIVE, rows: 4 }).needed().hint(texts.why_hint),
    ];
    let rule = clause::within(shared::of(drawing.language).by_rule, "R3c", &[], drawing.language);
    Sheet {
        title: texts.open_title,
        above: html! { p { (texts.open_what) " " span class="rule" { "(" (rule) ")" } } },
        form: Form::new(drawing.address("/break-glass/open"), texts.open, fields),
    }
}

/// The form of the review of one break-glass.
#[must_use]
pub fn review(id: &str, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let findings = choices::coded::<BreakGlassFinding>(words::finding, drawing.language);
    let fields = vec![
        Field::new("finding", texts.finding, Kind::Radios(findings)).needed(),
        Field::new("note", texts.note, Kind::Lines { most: NARRATIVE, rows: 4 }).hint(texts.note_hint),
    ];
    let rule = clause::within(shared::of(drawing.language).by_rule, "IM1a", &[], drawing.language);
    Sheet {
        title: texts.review_title,
        above: html! { p { (texts.review_what) " " span class="rule" { "(" (rule) ")" } } },
        form: Form::new(drawing.address(&format!("/break-glass/{id}/review")), texts.record, fields),
    }
}
