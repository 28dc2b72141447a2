//! HTML of the pages on purges.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{Case, DeletedRows, DueCase, PurgeCertificate};

use super::texts;
use crate::{
    parts::{
        casework::{case as of_case, texts as shared},
        clause,
        drawing::Drawing,
        facts::Facts,
        form::{Form, Sheet},
        person,
        table::{Column, Table},
        time::instant_or,
    },
    text::fill,
};

/// The cases that are due.
#[must_use]
pub fn due(cases: &[DueCase], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let rule = clause::within(shared::of(drawing.language).by_rule, "LPR4", &[], drawing.language);
    html! {
        h1 { (texts.due_title) }
        p { (texts.due_what) " " span class="rule" { "(" (rule) ")" } }
        (Table {
            id: "due",
            caption: texts.due_title,
            columns: [texts.case, texts.last_used, texts.over, texts.state].map(Column::plain).into(),
            rows: cases.iter().map(|case| row(case, drawing)).collect(),
            none: texts.none_due,
            address: String::new(),
            sort: "",
        }.draw(drawing))
    }
}

fn row(case: &DueCase, drawing: &Drawing<'_>) -> Vec<Markup> {
    vec![
        html! { a class="reference" href=(drawing.address(&format!("/cases/{}", case.case_id))) { (case.case_number) } },
        instant_or(case.last_used_at.as_ref().and_then(at), ""),
        instant_or(case.retention_over_at.as_ref().and_then(at), ""),
        state(case, drawing),
    ]
}

/// What keeps a case, or who moves next.
fn state(case: &DueCase, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let link = |below: &str, label: &str| {
        let address = drawing.address(&format!("/cases/{}/purge/{below}", case.case_id));
        html! { a class="action" href=(address) { (label) span class="unseen" { " " (case.case_number) } } }
    };
    match case.kept_by.as_str() {
        "" if case.ordered_by.is_empty() => html! { (texts.may) " " (link("order", texts.order)) },
        "" => {
            let own = case.ordered_by == drawing.session.caller.subject;
            html! { (fill(texts.ordered, &[("who", &person::name(&case.ordered_by, drawing))])) @if !own { " " (link("confirm", texts.confirm_it)) } }
        }
        "hold-stands" => html! { (texts.kept_hold) },
        "concern-open" => html! { (texts.kept_concern) },
        "break-glass-review-open" => html! { (texts.kept_review) },
        other => html! { (fill(texts.kept, &[("why", other)])) },
    }
}

/// The page before an order.
#[must_use]
pub fn order(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    Sheet {
        title: texts.order_title,
        above: html! { (of_case::above(case, texts.order_what, "LPR4", drawing)) (named(case, drawing)) },
        form: Form::new(drawing.address(&of_case::path(case, "/purge/order")), texts.order, Vec::new()),
    }
}

/// The page before a confirmation.
#[must_use]
pub fn confirm(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    Sheet {
        title: texts.confirm_title,
        above: html! {
            (of_case::above(case, "", "LPR4", drawing))
            p class="notice" { strong { (texts.confirm_what) } }
            (named(case, drawing))
        },
        form: Form::new(drawing.address(&of_case::path(case, "/purge/confirm")), texts.confirm, Vec::new()),
    }
}

fn named(case: &Case, drawing: &Drawing<'_>) -> Markup {
    Facts::new().text(texts::of(drawing.language).case, &case.case_number).draw()
}

/// The certificate of a purged case.
#[must_use]
pub fn certificate(of: &PurgeCertificate, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let keys: Vec<String> = of.keys.iter().map(|key| format!("{} ({})", key.key_id, key.side)).collect();
    let facts = Facts::new()
        .text(texts.case, &of.case_number)
        .markup(texts.purged, instant_or(of.purged_at.as_ref().and_then(at), ""))
        .markup(
            texts.ordered_by,
            html! { (person::name(&of.ordered_by, drawing)) ", " (instant_or(of.ordered_at.as_ref().and_then(at), "")) },
        )
        .text(texts.confirmed_by, &person::name(&of.confirmed_by, drawing))
        .markup(texts.last_used, instant_or(of.last_used_at.as_ref().and_then(at), ""))
        .text(texts.months, &of.retention_months.to_string())
        .markup(texts.over, instant_or(of.retention_over_at.as_ref().and_then(at), ""))
        .text(texts.holds_lifted, &of.holds_lifted.to_string())
        .text(texts.keys, &keys.join("\n"))
        .text(texts.rows, &rows(&of.deleted));
    html! {
        h1 { (texts.certificate) }
        p { (texts.certificate_what) }
        @if !of.waiting_for.is_empty() { p class="notice" { (fill(texts.waiting, &[("who", &of.waiting_for.join(", "))])) } }
        (facts.draw())
        h2 { (texts.statements) }
        @for statement in &of.statements {
            h3 { (statement.service) }
            (Facts::new()
                .markup(texts.purged, instant_or(statement.obeyed_at.as_ref().and_then(at), ""))
                .text(texts.keys, &statement.keys.to_string())
                .text(texts.rows, &rows(&statement.deleted))
                .draw())
        }
    }
}

fn rows(deleted: &[DeletedRows]) -> String {
    let each: Vec<String> = deleted.iter().filter(|rows| rows.rows > 0).map(|rows| format!("{}: {}", rows.table, rows.rows)).collect();
    each.join("\n")
}
