//! HTML of the form of a victim's contact point.

use maud::html;
use proto::{
    id::Region,
    intake::v1::{ContactKind, Language as Spoken, VictimContact},
};
use time::{Date, OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::{REGIONAL_VICTIM_SERVICES, texts};
use crate::parts::{
    draft,
    drawing::Drawing,
    form::{Choice, Field, Form, FormValues, Group, KEY, Kind, Sheet},
    words,
};

pub const EFFECTIVE_AT: &str = "effective_at";
const REGION: &str = "region";
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// The form. `pushed` is the receipt number of the one before.
#[must_use]
pub fn sheet(pushed: Option<&str>, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    Sheet {
        title: texts.push,
        above: html! {
            @if let Some(number) = pushed {
                p class="outcome" role="status" data-draft-done="contact" { (texts.pushed) " " strong class="reference" { (number) } }
            }
            p { (texts.intro) }
            (draft::notice("contact", drawing.language))
        },
        form: Form { action: drawing.address("/contacts/new"), groups: groups(drawing), submit: texts.send },
    }
}

fn groups(drawing: &Drawing<'_>) -> Vec<Group> {
    let texts = texts::of(drawing.language);
    let kinds = [
        (ContactKind::Phone, texts.phone),
        (ContactKind::Email, texts.mail),
        (ContactKind::Post, texts.post),
        (ContactKind::Tty, texts.tty),
    ];
    let kinds = kinds.map(|(kind, words)| Choice::new(kind as i32, words));
    let languages = [(Spoken::English, texts.english), (Spoken::French, texts.french)];
    let languages = languages.map(|(language, words)| Choice::new(language as i32, words));
    let victim = vec![
        Field::new(REGION, texts.region, Kind::Select(own_regions(drawing))).needed(),
        Field::new("victim_ref", texts.victim_ref, Kind::Line { most: 200 }).needed().hint(texts.victim_ref_hint),
        Field::new("victim_name", texts.victim_name, Kind::Line { most: 200 }),
    ];
    let how = vec![
        Field::new("kind", texts.kind, Kind::Radios(kinds.into())).needed(),
        Field::new("value", texts.value, Kind::Lines { most: 2_000, rows: 2 }).hint(texts.value_hint),
        Field::new("do_not_contact", texts.do_not_contact, Kind::Check).hint(texts.do_not_contact_hint),
        Field::new("safe_contact", texts.safe_contact, Kind::Lines { most: 2_000, rows: 2 }).hint(texts.safe_contact_hint),
        Field::new("language", texts.language, Kind::Radios(languages.into())),
    ];
    let belongs = vec![
        Field::new("receipt_number", texts.receipt_number, Kind::Line { most: 40 }).hint(texts.receipt_number_hint),
        Field::new(EFFECTIVE_AT, texts.effective_at, Kind::Date).hint(texts.effective_at_hint),
    ];
    vec![
        Group { legend: Some(texts.victim), hint: None, fields: victim },
        Group { legend: Some(texts.how), hint: None, fields: how },
        Group { legend: Some(texts.belongs), hint: None, fields: belongs },
    ]
}

/// A form under its key, with the region of whoever has only one.
#[must_use]
pub fn empty(key: impl ToString, drawing: &Drawing<'_>) -> FormValues {
    let filled = FormValues::empty(key);
    match own_regions(drawing).as_slice() {
        [only] => filled.with(REGION, &only.value),
        _ => filled,
    }
}

fn own_regions(drawing: &Drawing<'_>) -> Vec<Choice> {
    let caller = &drawing.session.caller;
    let own = Region::ALL.iter().map(|region| region.code()).filter(|region| caller.holds_in(REGIONAL_VICTIM_SERVICES, region));
    own.map(|region| Choice::new(region, words::of(words::REGIONS, region, drawing.language))).collect()
}

/// The day from which it is right: its beginning, in UTC. `Err` where what was typed is no day.
///
/// # Errors
/// What was typed is no day.
pub fn effective_at(filled: &FormValues) -> Result<Option<OffsetDateTime>, time::error::Parse> {
    match filled.get(EFFECTIVE_AT).as_str() {
        "" => Ok(None),
        typed => Ok(Some(Date::parse(typed, DAY)?.midnight().assume_utc())),
    }
}

/// The contact that was filled in.
#[must_use]
pub fn contact(filled: &FormValues, effective_at: Option<OffsetDateTime>) -> VictimContact {
    VictimContact {
        idempotency_key: filled.get(KEY),
        region: filled.get(REGION),
        victim_ref: filled.get("victim_ref"),
        victim_name: filled.get("victim_name"),
        kind: filled.number("kind"),
        value: filled.get("value"),
        language: filled.number("language"),
        do_not_contact: filled.is_checked("do_not_contact"),
        safe_contact: filled.get("safe_contact"),
        receipt_number: filled.get("receipt_number"),
        effective_at: effective_at.map(base::wire::timestamp),
    }
}
