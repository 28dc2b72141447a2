//! HTML of the protocols: the versions, one version compared with the one in force, and the steps of a case.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::{
    cases::v1::{
        Case, CaseStep, ComparedPart, GetProtocolResponse, ListProtocolsResponse, PartChange, PartKind, Protocol, ProtocolAct,
        ProtocolPart, ProtocolState, Requirement,
    },
    role,
};
use time::OffsetDateTime;

use super::texts;
use crate::{
    parts::{
        address,
        casework::case as of_case,
        clause,
        drawing::Drawing,
        facts::Facts,
        form::Press,
        person,
        table::{Column, Table},
        time::instant_or,
        words,
    },
    text::{Language, fill},
};

/// Address of a version, with more behind it.
#[must_use]
pub fn path(number: i32, more: &str) -> String {
    format!("/protocols/{number}{more}")
}

/// What a version is called.
#[must_use]
pub fn title(number: i32, language: Language) -> String {
    fill(texts::of(language).version_n, &[("n", &number.to_string())])
}

#[must_use]
pub const fn kind(value: PartKind, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        PartKind::Unspecified => texts.not_stated,
        PartKind::Rule => texts.rule,
        PartKind::Checklist => texts.checklist,
        PartKind::Wording => texts.wording,
    }
}

#[must_use]
pub const fn requirement(value: Requirement, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        Requirement::Unspecified => texts.no_requirement,
        Requirement::NotTaken => texts.not_taken,
        Requirement::BySupervisor => texts.by_supervisor,
    }
}

const fn state(value: ProtocolState, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        ProtocolState::Unspecified => texts.not_stated,
        ProtocolState::Draft => texts.draft,
        ProtocolState::Submitted => texts.submitted,
        ProtocolState::Returned => texts.returned,
        ProtocolState::Approved => texts.approved,
        ProtocolState::InForce => texts.in_force,
        ProtocolState::Superseded => texts.superseded,
    }
}

const fn change(value: PartChange, language: Language) -> &'static str {
    let texts = texts::of(language);
    match value {
        PartChange::Unspecified => texts.not_stated,
        PartChange::Same => texts.same,
        PartChange::Added => texts.added,
        PartChange::Changed => texts.changed,
        PartChange::Removed => texts.removed,
    }
}

/// Every version, and which one is in force.
#[must_use]
pub fn list(answer: &ListProtocolsResponse, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.title) }
        p { (texts.what) }
        @if answer.in_force == 0 { p class="notice" { (texts.none_in_force) } }
        @else { p class="clear" { (fill(texts.is_in_force, &[("n", &answer.in_force.to_string())])) } }
        p { a href=(drawing.address("/clauses")) { (texts.clauses) } }
        @if drawing.session.caller.has_role(role::NATIONAL_MANAGER) {
            div class="actions" { a class="action" href=(drawing.address("/protocols/draft")) { (texts.begin) } }
        }
        (Table {
            id: "protocols",
            caption: texts.title,
            columns: [texts.version, texts.version_title, texts.state, texts.effective_on].map(Column::plain).into(),
            rows: answer.protocols.iter().map(|one| row(one, drawing)).collect(),
            none: texts.none,
            address: String::new(),
            sort: "",
        }.draw(drawing))
    }
}

fn row(one: &Protocol, drawing: &Drawing<'_>) -> Vec<Markup> {
    vec![
        html! { a href=(drawing.address(&path(one.number, ""))) { (one.number) } },
        html! { (one.title) },
        html! { (state(one.state(), drawing.language)) },
        html! { (one.effective_on) },
    ]
}

/// One version with all that belongs to it.
#[must_use]
pub fn show(answer: &GetProtocolResponse, title: &str, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let one = answer.protocol.clone().unwrap_or_default();
    let moment = |time: Option<OffsetDateTime>| html! { @if time.is_some() { (instant_or(time, "")) } };
    let facts = Facts::new()
        .text(texts.version_title, &one.title)
        .text(texts.state, state(one.state(), drawing.language))
        .text(texts.effective_on, &one.effective_on)
        .markup(texts.effective_at, moment(one.effective_at.as_ref().and_then(at)))
        .markup(texts.superseded_at, moment(one.superseded_at.as_ref().and_then(at)));
    html! {
        p class="back" { a href=(drawing.address("/protocols")) { (texts.title) } }
        h1 { (title) }
        (facts.draw())
        (actions(&one, drawing))
        h2 { (texts.parts) }
        @if answer.parts.is_empty() { p class="none" { (texts.no_part) } }
        @for compared in &answer.parts { (part(&one, compared, drawing)) }
        (acts(&answer.acts, drawing))
    }
}

/// Whether its parts can be changed.
const fn is_drafted(one: ProtocolState) -> bool {
    matches!(one, ProtocolState::Draft | ProtocolState::Returned)
}

fn may_draft(drawing: &Drawing<'_>) -> bool {
    drawing.session.caller.has_role(role::NATIONAL_MANAGER)
}

fn actions(one: &Protocol, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let of_what = title(one.number, drawing.language);
    let press = |below: &str, label: &'static str| {
        Press { action: drawing.address(&path(one.number, below)), label, of_what: &of_what, fields: &[] }.draw(drawing.session)
    };
    let link = |below: &str, label: &'static str| html! { a class="action" href=(drawing.address(&path(one.number, below))) { (label) } };
    let (drafts, approves) = (may_draft(drawing), drawing.session.caller.has_role(role::ACCE));
    html! {
        div class="actions" {
            @if drafts && is_drafted(one.state()) {
                (link("/part", texts.put_part))
                (link("/amend", texts.amend))
                (press("/submit", texts.submit))
            }
            @if approves && one.state() == ProtocolState::Submitted { (press("/approve", texts.approve)) }
            @if approves && matches!(one.state(), ProtocolState::Submitted | ProtocolState::Approved) { (link("/return", texts.send_back)) }
        }
        @if approves && one.state() == ProtocolState::Submitted { p class="hint" { (texts.two_persons) } }
    }
}

fn part(one: &Protocol, compared: &ComparedPart, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let part = compared.part.clone().unwrap_or_default();
    let is_own = compared.change() != PartChange::Removed;
    let edit =
        address::with(&drawing.address(&path(one.number, "/part")), &[("kind", &part.kind.to_string()), ("part_key", &part.part_key)]);
    html! {
        h3 { (kind(part.kind(), language)) ": " code { (part.part_key) } }
        p { strong { (change(compared.change(), language)) } }
        (words_of(&part, drawing))
        @if let Some(before) = &compared.before {
            h4 { (texts.now_in_force) }
            (words_of(before, drawing))
        }
        @if is_own && may_draft(drawing) && is_drafted(one.state()) {
            div class="actions" {
                a class="action" href=(edit) { (texts.change_part) span class="unseen" { " " (part.part_key) } }
                (Press {
                    action: drawing.address(&path(one.number, "/part/remove")),
                    label: texts.remove_part,
                    of_what: &part.part_key,
                    fields: &[("kind", &part.kind.to_string()), ("part_key", &part.part_key)],
                }.draw(drawing.session))
            }
        }
    }
}

/// The words of a part in both languages, its clause, and what is checked.
fn words_of(part: &ProtocolPart, drawing: &Drawing<'_>) -> Markup {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let checked = html! {
        @if !part.step.is_empty() {
            (words::of(words::STEPS, &part.step, language)) " – " (requirement(part.requirement(), language))
        }
    };
    Facts::new()
        .markup(texts.behind, clause::link(&part.clause, language))
        .markup(texts.text_en, html! { span class="words" lang="en" { (part.text_en) } })
        .markup(texts.text_fr, html! { span class="words" lang="fr" { (part.text_fr) } })
        .markup(texts.step, checked)
        .draw()
}

fn acts(acts: &[ProtocolAct], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let row = |done: &ProtocolAct| {
        vec![
            html! { (words::of(words::PROTOCOL_ACTS, &done.command, drawing.language)) },
            html! { (person::name(&done.taken_by, drawing)) },
            instant_or(done.taken_at.as_ref().and_then(at), ""),
            html! { (done.reason) },
        ]
    };
    Table {
        id: "acts",
        caption: texts.acts,
        columns: [texts.act, texts.act_by, texts.act_at, texts.act_reason].map(Column::plain).into(),
        rows: acts.iter().map(row).collect(),
        none: texts.no_act,
        address: String::new(),
        sort: "",
    }
    .draw(drawing)
}

/// The steps of a case, each with the version that governed it.
#[must_use]
pub fn steps(case: &Case, steps: &[CaseStep], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let row = |taken: &CaseStep| {
        let version = html! {
            @if taken.protocol == 0 { (texts.no_protocol) }
            @else { a href=(drawing.address(&path(taken.protocol, ""))) { (title(taken.protocol, drawing.language)) } }
        };
        vec![
            html! { (words::of(words::STEPS, &taken.step, drawing.language)) },
            instant_or(taken.taken_at.as_ref().and_then(at), ""),
            html! { (person::name(&taken.taken_by, drawing)) },
            version,
        ]
    };
    html! {
        (of_case::back(case, drawing))
        h1 { (texts.steps_title) }
        p { (texts.steps_what) }
        (Table {
            id: "steps",
            caption: texts.steps_title,
            columns: [texts.step_taken, texts.step_at, texts.step_by, texts.governed_by].map(Column::plain).into(),
            rows: steps.iter().map(row).collect(),
            none: texts.no_steps,
            address: String::new(),
            sort: "",
        }.draw(drawing))
    }
}
