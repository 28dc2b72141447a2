//! HTML of the pages on access to a case.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::{
    cases::v1::{Access, Case},
    role,
};

use super::texts::{self, Texts};
use crate::parts::{
    casework::case as of_case,
    drawing::Drawing,
    facts::Facts,
    form::{Choice, Field, Form, Kind, Sheet},
    person,
    table::{Column, Table},
    time::instant_or,
};

/// The form that assigns a mediator.
#[must_use]
pub fn mediator(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![
        Field::new("mediator", texts.mediator, Kind::Person(person::choices(Some(role::MEDIATOR), drawing)))
            .needed()
            .hint(texts.identity_hint),
        Field::new("until", texts.until, Kind::Moment).hint(texts.until_hint),
    ];
    Sheet {
        title: texts.mediator_title,
        above: html! {
            (of_case::above(case, texts.mediator_what, "D-mediator", drawing))
            p { a href=(drawing.address(&of_case::path(case, "/mediators"))) { (texts.mediator_fit) } }
        },
        form: Form::new(drawing.address(&of_case::path(case, "/mediator")), texts.assign_mediator, fields),
    }
}

/// The page that ends the assignment of the mediator.
#[must_use]
pub fn end_mediator(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let who = Facts::new().text(texts.who, &case.mediator);
    Sheet {
        title: texts.end_mediator_title,
        above: html! { (of_case::above(case, texts.end_mediator_what, "R5c", drawing)) (who.draw()) },
        form: Form::new(drawing.address(&of_case::path(case, "/mediator/end")), texts.end_mediator, Vec::new()),
    }
}

/// The form that assigns an officer.
#[must_use]
pub fn officer(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![
        Field::new("officer", texts.officer, Kind::Person(person::choices(Some(role::RJ_OFFICER), drawing)))
            .needed()
            .hint(texts.officer_hint),
        Field::new("until", texts.until, Kind::Moment).hint(texts.officer_until_hint),
    ];
    Sheet {
        title: texts.officer_title,
        above: of_case::above(case, texts.officer_what, "R3c", drawing),
        form: Form::new(drawing.address(&of_case::path(case, "/officers")), texts.assign_officer, fields),
    }
}

/// The form that ends the assignment of one of the officers.
#[must_use]
pub fn end_officer(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let officers = case.officers.iter().map(|officer| Choice::new(officer, &person::name(officer, drawing))).collect();
    let fields = vec![Field::new("officer", texts.who, Kind::Radios(officers)).needed()];
    Sheet {
        title: texts.end_officer_title,
        above: of_case::above(case, texts.end_officer_what, "R3c", drawing),
        form: Form::new(drawing.address(&of_case::path(case, "/officers/end")), texts.end_officer, fields),
    }
}

/// The list of who read or changed a case.
#[must_use]
pub fn log(case: &Case, lines: &[Access], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let rows = lines.iter().map(|line| {
        vec![
            instant_or(line.at.as_ref().and_then(at), ""),
            html! { (person::name(&line.actor, drawing)) },
            html! { (action(&line.action, texts)) },
            html! { (outcome(&line.outcome, texts)) },
            html! { @if line.reason == "break-glass" { (texts.break_glass) } @else { (line.reason) } },
        ]
    });
    html! {
        h1 { (texts.log_title) }
        (of_case::above(case, texts.log_what, "IM1a", drawing))
        (Table {
            id: "access",
            caption: texts.log_title,
            columns: [texts.at, texts.actor, texts.action, texts.outcome, texts.reason].map(Column::plain).into(),
            rows: rows.collect(),
            none: texts.none,
            address: String::new(),
            sort: "",
        }.draw(drawing))
    }
}

fn outcome<'a>(code: &'a str, texts: &Texts) -> &'a str {
    match code {
        "granted" => texts.granted,
        "hidden" => texts.hidden,
        "refused" => texts.refused,
        other => other,
    }
}

/// What a permission of the access rules lets somebody do.
fn action<'a>(permission: &'a str, texts: &Texts) -> &'a str {
    match permission {
        "case.list" => texts.case_list,
        "case.read" => texts.case_read,
        "case.find" => texts.case_find,
        "participant.add" => texts.participant_add,
        "participant.leave" => texts.participant_leave,
        "mediator.assign" => texts.mediator_assign,
        "mediator.end" => texts.mediator_end,
        "mediator.match" => texts.mediator_match,
        "officer.assign" => texts.officer_assign,
        "officer.end" => texts.officer_end,
        "assessment.record" => texts.assessment_record,
        "consent.record" => texts.consent_record,
        "mode.describe" => texts.mode_describe,
        "mode.say" => texts.mode_say,
        "case.move" => texts.case_move,
        "site.correct" => texts.site_correct,
        "site.move" => texts.site_move,
        "case.access" => texts.case_access,
        "break-glass.open" => texts.break_glass_open,
        "break-glass.end" => texts.break_glass_end,
        "break-glass.review" => texts.break_glass_review,
        "document.keep" => texts.document_keep,
        "document.list" => texts.document_list,
        "document.read" => texts.document_read,
        "hold.place" => texts.hold_place,
        "hold.lift" => texts.hold_lift,
        "hold.list" => texts.hold_list,
        "purge.order" => texts.purge_order,
        "purge.confirm" => texts.purge_confirm,
        "purge.certificate" => texts.purge_certificate,
        "case.open" => texts.case_open,
        other => other,
    }
}
