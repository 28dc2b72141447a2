//! HTML of the pages on conditions.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{
    Case, Condition, ConditionEnd, ConditionKind, ConditionState, ExceptionWording, InformedHow, ListConditionsResponse, ParticipantKind,
};

use super::texts;
use crate::{
    parts::{
        casework::{LINE, NARRATIVE, case as of_case, choices, part::Part, wording, words},
        drawing::Drawing,
        facts::Facts,
        form::{Choice, Field, Form, Kind, Sheet},
        person,
        table::{Column, Table},
        time::instant_or,
    },
    text::fill,
};

/// The conditions of a case, and whether the referral leaves open that there are any.
#[must_use]
pub fn list(case: &Case, listed: &ListConditionsResponse, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let link = |below: &str, label: &str| html! { a class="action" href=(drawing.address(&of_case::path(case, below))) { (label) } };
    html! {
        h1 { (texts.title) }
        (of_case::above(case, texts.what, "R8d", drawing))
        @if listed.not_answered { p class="notice" { (texts.not_answered) } }
        (Table {
            id: "conditions",
            caption: texts.title,
            columns: [texts.kind, texts.text, texts.days, texts.state, texts.done].map(Column::plain).into(),
            rows: listed.conditions.iter().map(|one| row(case, one, drawing)).collect(),
            none: texts.no_conditions,
            address: String::new(),
            sort: "",
        }.draw(drawing))
        @let part = Part::of(case, &drawing.session.caller);
        div class="actions" {
            @if part.changes() { (link("/conditions/record", texts.record)) }
            @if part.answers() { (link("/conditions/none", texts.none)) }
        }
    }
}

fn row(case: &Case, one: &Condition, drawing: &Drawing<'_>) -> Vec<Markup> {
    let texts = texts::of(drawing.language);
    let days = [one.since.as_str(), one.until.as_str()].join(" – ");
    vec![
        html! { (words::condition_kind(one.kind(), drawing.language)) @if !one.source.is_empty() { br; (one.source) } },
        html! { (one.text) },
        html! { @if !(one.since.is_empty() && one.until.is_empty()) { (days) } },
        html! {
            (words::condition_state(one.state(), drawing.language)) br;
            @if one.forbids_contact { strong class="warned" { (texts.forbids) } } @else { (texts.allows) }
        },
        html! { (done(case, one, drawing)) (acts(case, one, drawing)) },
    ]
}

/// What was done about a condition.
fn done(case: &Case, one: &Condition, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let untold = |why: &str| html! { @if !why.is_empty() { li { (fill(texts.untold_line, &[("why", why)])) } } };
    html! {
        ul {
            li { (texts.recorded_by) " " (person::name(&one.recorded_by, drawing)) ", " (instant_or(one.recorded_at.as_ref().and_then(at), "")) }
            @for given in &one.advice {
                li { (fill(texts.advised_until, &[("who", &person::name(&given.drafter, drawing))])) " " (instant_or(given.until.as_ref().and_then(at), "")) }
            }
            @for told in &one.informed {
                @let who = of_case::named(case, &told.participant_id, drawing);
                li {
                    (fill(texts.informed_line, &[("who", &who), ("day", &told.informed_on), ("by", &told.informed_by)]))
                    @if !told.concerns.is_empty() { br; (told.concerns) }
                }
            }
            @if let Some(amended) = &one.amendment {
                li { (fill(texts.amended_line, &[("day", &amended.amended_on)])) br; (amended.text) }
                (untold(&amended.without_informing))
            }
            @if let Some(ending) = &one.ending {
                li { (words::condition_end(ending.how(), drawing.language)) ", " (ending.reason) }
                (untold(&ending.without_informing))
            }
        }
    }
}

/// What can be done about a condition in its state.
fn acts(case: &Case, one: &Condition, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let link = |act: &str, label: &str| {
        let path = of_case::path(case, &format!("/conditions/{}/{act}", one.condition_id));
        html! { a class="action" href=(drawing.address(&path)) { (label) span class="unseen" { " " (one.text) } } " " }
    };
    html! {
        @if one.state() != ConditionState::Ended && Part::of(case, &drawing.session.caller).answers() {
            p {
                @if one.state() != ConditionState::Amended { (link("advise", texts.advise)) }
                (link("inform", texts.inform))
                @if one.state() != ConditionState::Amended { (link("amend", texts.amend)) }
                (link("end", texts.end))
            }
        }
    }
}

/// The form that records a condition.
#[must_use]
pub fn record(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let everyone = case.participants.iter().filter(|one| one.left.is_none());
    let people: Vec<Choice> =
        everyone.map(|one| Choice::new(&one.participant_id, &of_case::named(case, &one.participant_id, drawing))).collect();
    let fields = vec![
        Field::new("kind", texts.kind, Kind::Radios(choices::coded::<ConditionKind>(words::condition_kind, drawing.language))).needed(),
        Field::new("text", texts.text, Kind::Lines { most: NARRATIVE, rows: 6 }).needed(),
        Field::new("source", texts.source, Kind::Line { most: LINE }).hint(texts.source_hint),
        Field::new("participant_ids", texts.protects, Kind::Checks(people)).hint(texts.protects_hint),
        Field::new("since", texts.since, Kind::Date).hint(texts.since_hint),
        Field::new("until", texts.until, Kind::Date),
        Field::new("has_exception_words", texts.exception, Kind::Check).hint(texts.exception_hint),
    ];
    sheet(case, (texts.record_title, texts.record_what, "R8d"), ("/conditions/record", texts.save), fields, drawing)
}

/// The form that states that there is no condition.
#[must_use]
pub fn none(case: &Case, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![Field::new("reason", texts.reason, Kind::Lines { most: NARRATIVE, rows: 4 }).needed().hint(texts.reason_hint)];
    sheet(case, (texts.none_title, texts.none_what, "R7a"), ("/conditions/none", texts.save), fields, drawing)
}

/// The form that advises who drafts a condition.
#[must_use]
pub fn advise(case: &Case, one: &Condition, exception: &ExceptionWording, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let mut fields = vec![
        Field::new("drafter", texts.drafter, Kind::Line { most: LINE }).needed().hint(texts.drafter_hint),
        Field::new("days", texts.advice_days, Kind::Line { most: 2 }).hint(texts.advice_days_hint),
        Field::new("reason", texts.why_now, Kind::Lines { most: NARRATIVE, rows: 4 }).needed().hint(texts.reason_hint),
    ];
    let offenders = people(case, &[ParticipantKind::Offender], drawing);
    if offenders.len() > 1 {
        fields.push(Field::new("offender_id", texts.offender, Kind::Radios(offenders)).needed());
    }
    let below = format!("/conditions/{}/advise", one.condition_id);
    let sheet = sheet(case, (texts.advise_title, texts.advise_what, "GL2c/2d"), (&below, texts.send), fields, drawing);
    above(sheet, one, exception, drawing)
}

/// The form that records that a victim was informed.
#[must_use]
pub fn inform(case: &Case, one: &Condition, exception: &ExceptionWording, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let victims = people(case, &[ParticipantKind::Victim, ParticipantKind::Representative], drawing);
    let hows = choices::coded::<InformedHow>(words::informed_how, drawing.language);
    let fields = vec![
        Field::new("participant_id", texts.whom, Kind::Radios(victims)).needed(),
        Field::new("how", texts.how, Kind::Radios(hows)).needed(),
        Field::new("informed_on", texts.on, Kind::Date).needed(),
        Field::new("informed_by", texts.by_whom, Kind::Line { most: LINE }).needed(),
        Field::new("concerns", texts.concerns, Kind::Lines { most: NARRATIVE, rows: 4 }),
    ];
    let below = format!("/conditions/{}/inform", one.condition_id);
    let sheet = sheet(case, (texts.inform_title, texts.inform_what, "L133-7"), (&below, texts.save), fields, drawing);
    above(sheet, one, exception, drawing)
}

/// The form that records an amendment.
#[must_use]
pub fn amend(case: &Case, one: &Condition, exception: &ExceptionWording, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![
        Field::new("text", texts.amended_text, Kind::Lines { most: NARRATIVE, rows: 6 }).needed(),
        Field::new("amended_on", texts.amended_on, Kind::Date).needed(),
        Field::new("has_exception_words", texts.exception, Kind::Check).hint(texts.exception_hint),
        Field::new("without_informing", texts.without_informing, Kind::Lines { most: NARRATIVE, rows: 3 }).hint(texts.without_hint),
    ];
    let below = format!("/conditions/{}/amend", one.condition_id);
    let sheet = sheet(case, (texts.amend_title, texts.amend_what, "L133-7"), (&below, texts.save), fields, drawing);
    above(sheet, one, exception, drawing)
}

/// The form that records the end of a condition.
#[must_use]
pub fn end(case: &Case, one: &Condition, exception: &ExceptionWording, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let ends = choices::coded::<ConditionEnd>(words::condition_end, drawing.language);
    let fields = vec![
        Field::new("how", texts.end_how, Kind::Radios(ends)).needed(),
        Field::new("reason", texts.reason, Kind::Lines { most: NARRATIVE, rows: 4 }).needed().hint(texts.reason_hint),
        Field::new("without_informing", texts.without_informing, Kind::Lines { most: NARRATIVE, rows: 3 }).hint(texts.without_hint),
    ];
    let below = format!("/conditions/{}/end", one.condition_id);
    let sheet = sheet(case, (texts.end_title, texts.end_what, "R8d"), (&below, texts.save), fields, drawing);
    above(sheet, one, exception, drawing)
}

/// The helper for whoever drafts or recommends a condition [R8d].
#[must_use]
pub fn wording_page(exception: &ExceptionWording, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.wording_title) }
        p { (texts.wording_what) }
        (wording::draw(exception, drawing))
        p { (texts.wording_breach) }
    }
}

fn sheet(
    case: &Case,
    (title, what, clause): (&'static str, &str, &str),
    (below, submit): (&str, &'static str),
    fields: Vec<Field>,
    drawing: &Drawing<'_>,
) -> Sheet<'static> {
    let above = of_case::above(case, what, clause, drawing);
    Sheet { title, above, form: Form::new(drawing.address(&of_case::path(case, below)), submit, fields) }
}

/// The same with the condition and the words of the exception above the form.
fn above(sheet: Sheet<'static>, one: &Condition, exception: &ExceptionWording, drawing: &Drawing<'_>) -> Sheet<'static> {
    let condition = Facts::new().text(texts::of(drawing.language).text, &one.text);
    let above = html! { (sheet.above) (condition.draw()) (wording::draw(exception, drawing)) };
    Sheet { above, ..sheet }
}

/// Participants of these kinds who have not left.
fn people(case: &Case, kinds: &[ParticipantKind], drawing: &Drawing<'_>) -> Vec<Choice> {
    let here = case.participants.iter().filter(|one| one.left.is_none() && kinds.contains(&one.kind()));
    here.map(|one| Choice::new(&one.participant_id, &of_case::named(case, &one.participant_id, drawing))).collect()
}
