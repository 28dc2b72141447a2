//! HTML of the catalogue of clauses: the list, and one clause with what names it.

use maud::{Markup, html};
use proto::cases::v1::{Clause, ClauseSource};

use super::texts;
use crate::{
    parts::{
        clause,
        drawing::Drawing,
        facts::Facts,
        table::{Column, Table},
    },
    text::Language,
};

fn subject<'a>(one: &'a Clause, drawing: &Drawing<'_>) -> &'a str {
    match drawing.language {
        Language::English => &one.subject_en,
        Language::French => &one.subject_fr,
    }
}

const fn source(value: ClauseSource, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        ClauseSource::Unspecified => texts.unknown,
        ClauseSource::Directive => texts.directive,
        ClauseSource::Guidelines => texts.guidelines,
        ClauseSource::Reference => texts.reference,
        ClauseSource::Law => texts.law,
        ClauseSource::Programme => texts.programme,
        ClauseSource::Latent => texts.latent,
    }
}

/// Every clause.
#[must_use]
pub fn list(clauses: &[Clause], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let row = |one: &Clause| {
        vec![
            clause::link(&one.clause_id, drawing.language),
            html! { (subject(one, drawing)) },
            html! { (source(one.source(), drawing.language)) },
        ]
    };
    html! {
        h1 { (texts.title) }
        p { (texts.what) }
        (Table {
            id: "clauses",
            caption: texts.title,
            columns: [texts.id, texts.subject, texts.source].map(Column::plain).into(),
            rows: clauses.iter().map(row).collect(),
            none: texts.none,
            address: String::new(),
            sort: "",
        }.draw(drawing))
    }
}

/// One clause.
#[must_use]
pub fn show(one: &Clause, title: &str, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let facts = Facts::new().text(texts.subject, subject(one, drawing)).text(texts.source, source(one.source(), drawing.language));
    html! {
        p class="back" { a href=(drawing.address("/clauses")) { (texts.back) } }
        h1 { (title) }
        (facts.draw())
        p class="hint" { (texts.summary) }
        (refusals(one, drawing))
        (permissions(one, drawing))
    }
}

fn refusals(one: &Clause, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let rows = one.refusals.iter().map(|refusal| {
        let words = match drawing.language {
            Language::English => &refusal.words_en,
            Language::French => &refusal.words_fr,
        };
        let service = if refusal.service.is_empty() { texts.every_service } else { &refusal.service };
        vec![html! { code { (refusal.reason) } }, html! { (words.replace("{}", "…")) }, html! { (service) }]
    });
    html! {
        @if !one.refusals.is_empty() { p class="hint" { (texts.words_hint) } }
        (Table {
            id: "refusals",
            caption: texts.refusals,
            columns: [texts.reason, texts.words, texts.service].map(Column::plain).into(),
            rows: rows.collect(),
            none: texts.no_refusal,
            address: String::new(),
            sort: "",
        }.draw(drawing))
    }
}

fn permissions(one: &Clause, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let rows = one.permissions.iter().map(|ruled| vec![html! { code { (ruled.permission) } }, html! { (ruled.service) }]);
    Table {
        id: "permissions",
        caption: texts.permissions,
        columns: [texts.permission, texts.service].map(Column::plain).into(),
        rows: rows.collect(),
        none: texts.no_permission,
        address: String::new(),
        sort: "",
    }
    .draw(drawing)
}
