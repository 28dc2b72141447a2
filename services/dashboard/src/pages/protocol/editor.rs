//! Forms of whoever drafts and approves the protocols.

use maud::{Markup, html};
use proto::cases::v1::{Clause, GetProtocolResponse, PartChange, PartKind, ProtocolPart, Requirement};

use super::{
    texts,
    view::{self, path},
};
use crate::{
    parts::{
        casework::{LINE, NARRATIVE, choices},
        drawing::Drawing,
        form::{Choice, Field, Form, FormValues, Kind, Sheet},
        words,
    },
    text::Language,
};

/// Longest key of a part.
const KEY: usize = 60;

/// What is above each form: the way back, and what it does.
fn above(number: i32, what: &str, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let (back, label) = match number {
        0 => ("/protocols".to_owned(), texts.title.to_owned()),
        number => (path(number, ""), view::title(number, drawing.language)),
    };
    html! {
        p class="back" { a href=(drawing.address(&back)) { (label) } }
        p { (what) }
    }
}

/// The form that begins a draft, or changes the title and the day of one.
#[must_use]
pub fn draft(number: i32, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![
        Field::new("title", texts.version_title, Kind::Line { most: LINE }).needed(),
        Field::new("effective_on", texts.effective_on, Kind::Date).hint(texts.effective_hint),
    ];
    let (title, what, action) = match number {
        0 => (texts.begin, texts.begin_what, "/protocols/draft".to_owned()),
        number => (texts.amend, texts.amend_what, path(number, "/amend")),
    };
    Sheet { title, above: above(number, what, drawing), form: Form::new(drawing.address(&action), texts.save, fields) }
}

/// The form of one part.
#[must_use]
pub fn part(number: i32, clauses: &[Clause], steps: &[String], drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let named = clauses.iter().map(|clause| {
        let subject = if language == Language::French { &clause.subject_fr } else { &clause.subject_en };
        Choice::new(&clause.clause_id, &format!("{} – {subject}", clause.clause_id))
    });
    let steps = steps.iter().map(|step| Choice::new(step, words::of(words::STEPS, step, language)));
    let fields = vec![
        Field::new("kind", texts.kind, Kind::Radios(choices::coded::<PartKind>(view::kind, language))).needed(),
        Field::new("part_key", texts.key, Kind::Line { most: KEY }).needed().hint(texts.key_hint),
        Field::new("clause", texts.behind, Kind::Select(named.collect())).needed(),
        Field::new("text_en", texts.text_en, Kind::Lines { most: NARRATIVE, rows: 6 }).needed(),
        Field::new("text_fr", texts.text_fr, Kind::Lines { most: NARRATIVE, rows: 6 }).needed(),
        Field::new("step", texts.step, Kind::Select(steps.collect())).blank(texts.no_step).hint(texts.step_hint),
        Field::new("requirement", texts.requirement, Kind::Select(choices::coded::<Requirement>(view::requirement, language)))
            .blank(texts.no_requirement),
    ];
    let form = Form::new(drawing.address(&path(number, "/part")), texts.save, fields);
    Sheet { title: texts.put_part, above: above(number, texts.put_part_what, drawing), form }
}

/// The form filled in with a part as the version has it; a new one where it has none.
#[must_use]
pub fn of_part(answer: &GetProtocolResponse, kind: i32, key: &str) -> FormValues {
    let own = answer.parts.iter().filter(|compared| compared.change() != PartChange::Removed).filter_map(|compared| compared.part.as_ref());
    let Some(part) = own.into_iter().find(|part| part.kind == kind && part.part_key == key) else { return FormValues::default() };
    let kept = FormValues::default()
        .with("kind", &part.kind.to_string())
        .with("part_key", &part.part_key)
        .with("clause", &part.clause)
        .with("text_en", &part.text_en)
        .with("text_fr", &part.text_fr);
    if part.step.is_empty() { kept } else { kept.with("step", &part.step).with("requirement", &part.requirement.to_string()) }
}

/// The part as it was filled in.
#[must_use]
pub fn filled_part(filled: &FormValues) -> ProtocolPart {
    ProtocolPart {
        kind: filled.number("kind"),
        part_key: filled.get("part_key"),
        clause: filled.get("clause"),
        text_en: filled.get("text_en"),
        text_fr: filled.get("text_fr"),
        step: filled.get("step"),
        requirement: filled.number("requirement"),
    }
}

/// The form that sends a version back.
#[must_use]
pub fn send_back(number: i32, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![Field::new("reason", texts.reason, Kind::Lines { most: NARRATIVE, rows: 4 }).needed()];
    let form = Form::new(drawing.address(&path(number, "/return")), texts.send_back, fields);
    Sheet { title: texts.send_back, above: above(number, texts.send_back_what, drawing), form }
}
