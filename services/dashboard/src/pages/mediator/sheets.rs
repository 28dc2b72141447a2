//! Forms of the registry of mediators.

use maud::html;
use proto::{
    cases::v1::{EngagementEnd, EngagementKind, Mediator, MediatorDetails, TrainingModule},
    role,
};

use super::{
    entry::{mode_name, module_name},
    list::{self, path},
    texts,
};
use crate::parts::{
    casework::{LINE, choices, words::MODES},
    drawing::Drawing,
    form::{Choice, Field, Form, FormValues, Kind, Sheet},
    person, words,
};

/// Longest number of a contract or a certificate, and longest list of codes.
const SHORT: usize = 40;

/// What is above each form: the way back, and what it does.
fn above(mediator: &str, what: &str, drawing: &Drawing<'_>) -> maud::Markup {
    let texts = texts::of(drawing.language);
    let back = if mediator.is_empty() { "/mediators".to_owned() } else { path(mediator, "") };
    let label = if mediator.is_empty() { texts.back.to_owned() } else { person::name(mediator, drawing) };
    html! {
        p { a href=(drawing.address(&back)) { (label) } }
        @if !what.is_empty() { p { (what) } }
    }
}

fn details(drawing: &Drawing<'_>) -> Vec<Field> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let regions = words::choices(words::REGIONS, language).into_iter().filter(|region| region.value != "national").collect();
    let languages = [Choice::new("en", texts.english), Choice::new("fr", texts.french)].into();
    let modes = MODES.iter().map(|code| Choice::new(code, &mode_name(code, language))).collect();
    vec![
        Field::new("region", texts.region, Kind::Radios(regions)).needed(),
        Field::new("languages", texts.languages, Kind::Checks(languages)),
        Field::new("other_languages", texts.other_languages, Kind::Line { most: SHORT }).hint(texts.other_languages_hint),
        Field::new("specialties", texts.specialties, Kind::Checks(modes)),
        Field::new("capacity", texts.capacity, Kind::Line { most: 3 }).needed(),
    ]
}

/// The details as they were filled in.
#[must_use]
pub fn filled_details(filled: &FormValues) -> MediatorDetails {
    let others = filled.get("other_languages");
    MediatorDetails {
        region: filled.get("region"),
        languages: filled.all("languages").iter().cloned().chain(others.split_whitespace().map(str::to_owned)).collect(),
        specialties: filled.all("specialties").to_vec(),
        capacity: filled.number("capacity"),
    }
}

/// The form filled in with what stands.
#[must_use]
pub fn of_entry(one: &Mediator) -> FormValues {
    let details = one.details.clone().unwrap_or_default();
    let (official, others): (Vec<&String>, Vec<&String>) = details.languages.iter().partition(|code| ["en", "fr"].contains(&code.as_str()));
    let pairs = official.into_iter().map(|code| ("languages", code)).chain(details.specialties.iter().map(|code| ("specialties", code)));
    let mut values: Vec<(String, String)> = pairs.map(|(name, code)| (name.to_owned(), code.clone())).collect();
    values.push(("region".to_owned(), details.region.clone()));
    values.push(("capacity".to_owned(), details.capacity.to_string()));
    values.push(("other_languages".to_owned(), others.into_iter().cloned().collect::<Vec<_>>().join(" ")));
    FormValues::of(values)
}

/// The form that engages somebody.
#[must_use]
pub fn engage(drawing: &Drawing<'_>) -> Sheet<'static> {
    let (texts, language) = (texts::of(drawing.language), drawing.language);
    let mut fields = vec![
        Field::new("mediator", texts.identity, Kind::Person(person::choices(Some(role::MEDIATOR), drawing))).needed(),
        Field::new("kind", texts.kind, Kind::Radios(choices::coded::<EngagementKind>(list::kind, language))).needed(),
        Field::new("first_day", texts.first_day, Kind::Date).hint(texts.first_day_hint),
        Field::new("last_day", texts.last_day, Kind::Date).hint(texts.last_day_hint),
        Field::new("contract", texts.contract, Kind::Line { most: SHORT }).hint(texts.contract_hint),
    ];
    fields.extend(details(drawing));
    fields.push(Field::new("again", texts.again, Kind::Check));
    Sheet {
        title: texts.engage,
        above: above("", texts.engage_what, drawing),
        form: Form::new(drawing.address("/mediators/engage"), texts.engage_submit, fields),
    }
}

fn of_one(
    mediator: &str,
    (title, what): (&'static str, &str),
    more: &str,
    submit: &'static str,
    fields: Vec<Field>,
    drawing: &Drawing<'_>,
) -> Sheet<'static> {
    Sheet { title, above: above(mediator, what, drawing), form: Form::new(drawing.address(&path(mediator, more)), submit, fields) }
}

/// The form that renews an engagement.
#[must_use]
pub fn renew(mediator: &str, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![Field::new("last_day", texts.last_day, Kind::Date).hint(texts.renew_hint)];
    of_one(mediator, (texts.renew, texts.renew_what), "/renew", texts.renew_submit, fields, drawing)
}

/// The form that ends an engagement.
#[must_use]
pub fn end(mediator: &str, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let why = choices::coded::<EngagementEnd>(list::end, drawing.language);
    let fields = vec![Field::new("why", texts.why, Kind::Radios(why)).needed()];
    of_one(mediator, (texts.end, texts.end_what), "/end", texts.end_submit, fields, drawing)
}

/// The form that changes what somebody can do.
#[must_use]
pub fn amend(mediator: &str, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    of_one(mediator, (texts.amend, ""), "/amend", texts.amend_submit, details(drawing), drawing)
}

/// The form that records training.
#[must_use]
pub fn training(mediator: &str, modules: &[TrainingModule], drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let name = |module: &TrainingModule| Choice::new(&module.code, &module_name(&module.code, modules, drawing.language));
    let fields = vec![
        Field::new("modules", texts.modules, Kind::Checks(modules.iter().map(name).collect())).needed(),
        Field::new("completed_on", texts.completed_on, Kind::Date).hint(texts.first_day_hint),
        Field::new("expires_on", texts.expires_on, Kind::Date).hint(texts.expires_on_hint),
        Field::new("evidence", texts.evidence_number, Kind::Line { most: SHORT }),
    ];
    of_one(mediator, (texts.train, texts.train_what), "/training", texts.train_submit, fields, drawing)
}

/// The form that records a conflict of interest.
#[must_use]
pub fn conflict(mediator: &str, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![
        Field::new("site", texts.site, Kind::Select(choices::sites(drawing))),
        Field::new("case_ref", texts.case_ref, Kind::Line { most: LINE }),
        Field::new("participant_id", texts.participant, Kind::Line { most: SHORT }).hint(texts.participant_hint),
    ];
    of_one(mediator, (texts.conflict, texts.conflict_what), "/conflict", texts.conflict_submit, fields, drawing)
}

/// The form that lifts a conflict of interest.
#[must_use]
pub fn lift(mediator: &str, conflict: &str, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    of_one(mediator, (texts.lift, texts.lift_what), &format!("/conflicts/{conflict}/lift"), texts.lift, Vec::new(), drawing)
}
