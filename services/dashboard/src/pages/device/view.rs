//! HTML of the devices.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::{
    role,
    safety::v1::{Device, ListDevicesResponse},
};
use time::OffsetDateTime;

use super::texts;
use crate::{
    parts::{
        address,
        drawing::Drawing,
        facts::Facts,
        filter::Filter,
        form::{Field, Form, FormValues, Kind, Sheet},
        person,
        table::{self, Column, Table},
        time::instant_or,
    },
    text::fill,
};

pub const PERSON: &str = "person";
pub const PUBLIC_KEY: &str = "public_key";
pub const UNTIL: &str = "until";

/// Roles to which changes are offered.
const CHANGERS: [&str; 1] = [role::DIRECTORY_ADMINISTRATOR];

/// A page of the devices.
pub struct Listing {
    pub answer: ListDevicesResponse,
    pub person: String,
    pub is_first: bool,
    pub ended: bool,
}

impl Listing {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let may_change = drawing.session.caller.has_any(&CHANGERS);
        let here = address::with(&drawing.address("/devices"), &[(PERSON, &self.person)]);
        let mut columns = [texts.device, texts.person, texts.state, texts.from, texts.until, texts.enrolled_by].map(Column::plain).to_vec();
        if may_change {
            columns.push(Column::plain(texts.change));
        }
        let table = Table {
            id: "devices",
            caption: texts.caption,
            columns,
            rows: self.answer.devices.iter().map(|device| row(device, may_change, drawing)).collect(),
            none: texts.none,
            address: here.clone(),
            sort: "",
        };
        let filter = Filter {
            action: drawing.address("/devices"),
            fields: vec![Field::new(PERSON, texts.person, Kind::Person(person::choices(None, drawing))).hint(texts.person_hint)],
            submit: texts.look_up,
        };
        html! {
            h1 { (texts.devices) }
            @if self.ended { p class="outcome" role="status" { (texts.ended) } }
            p { (texts.intro) }
            @if may_change { p { a class="action" href=(drawing.address("/devices/propose")) { (texts.propose) } } }
            (filter.draw(&FormValues::default().with(PERSON, &self.person), drawing.language))
            (table.draw(drawing))
            (table::pages(&here, self.is_first, &self.answer.next_page_token, drawing))
        }
    }
}

fn is_over(device: &Device, now: OffsetDateTime) -> bool {
    device.ended_at.is_some() || device.until.as_ref().and_then(at).is_none_or(|until| until <= now)
}

fn row(device: &Device, may_change: bool, drawing: &Drawing<'_>) -> Vec<Markup> {
    let texts = texts::of(drawing.language);
    let is_over = is_over(device, drawing.now);
    let until = device.ended_at.as_ref().or(device.until.as_ref()).and_then(at);
    let mut cells = vec![
        html! { code { (device.device_id) } },
        html! { (person::with_identity(&device.person, drawing)) },
        html! {
            (if is_over { texts.over } else { texts.valid })
            @if !device.ended_by.is_empty() { br; (fill(texts.ended_by, &[("who", &person::with_identity(&device.ended_by, drawing))])) }
        },
        instant_or(device.since.as_ref().and_then(at), ""),
        instant_or(until, ""),
        html! { (person::with_identity(&device.proposed_by, drawing)) ", " (person::with_identity(&device.confirmed_by, drawing)) },
    ];
    if may_change {
        cells.push(
            html! { @if !is_over { a href=(end_of(device, drawing)) { (texts.end) span class="unseen" { " " (device.device_id) } } } },
        );
    }
    cells
}

fn end_of(device: &Device, drawing: &Drawing<'_>) -> String {
    let path = format!("/devices/{}/end", address::escaped(&device.device_id));
    address::with(&drawing.address(&path), &[(PERSON, &device.person)])
}

/// The form that proposes a device.
#[must_use]
pub fn proposal(drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let fields = vec![
        Field::new(PERSON, texts.person, Kind::Person(person::choices(None, drawing))).needed().hint(texts.person_hint),
        Field::new(PUBLIC_KEY, texts.public_key, Kind::Person(person::choices(None, drawing))).needed().hint(texts.public_key_hint),
        Field::new(UNTIL, texts.last_day, Kind::Date).needed().hint(texts.last_day_hint),
    ];
    Sheet {
        title: texts.propose_title,
        above: html! { p { (texts.propose_text) } },
        form: Form::new(drawing.address("/devices/propose"), texts.submit, fields),
    }
}

/// The page that says what it means that a device ends.
#[must_use]
pub fn ending(device: &Device, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let facts = Facts::new()
        .markup(texts.device, html! { code { (device.device_id) } })
        .text(texts.person, &device.person)
        .markup(texts.until, instant_or(device.until.as_ref().and_then(at), ""));
    Sheet {
        title: texts.end_title,
        above: html! { (facts.draw()) p { (texts.end_text) } },
        form: Form::new(end_of(device, drawing), texts.end_submit, Vec::new()),
    }
}
