//! HTML of the drills of the alarm.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::safety::v1::{Drill, DrillOffice, DrillResult};
use time::OffsetDateTime;

use super::{
    BEGINNERS,
    texts::{self, Texts},
};
use crate::{
    parts::{
        address,
        drawing::Drawing,
        form::{Choice, Field, Form, Kind, Sheet},
        person,
        site::{name, sites_in_order},
        table::{Column, Table},
        time::{elapsed, human, instant_or},
        words,
    },
    text::fill,
};

pub const SITE: &str = "site";
pub const MINUTES: &str = "minutes";
/// Digits of a number of minutes.
const LONGEST: usize = 3;

/// Drills of a page, and whether there are older ones.
pub struct Listing {
    pub drills: Vec<Drill>,
    pub next: String,
    /// Said of the form that led here.
    pub begun: Option<bool>,
}

impl Listing {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let titles = [texts.site, texts.began, texts.result, texts.offices, texts.reference];
        let table = Table {
            id: "drills",
            caption: texts.caption,
            columns: titles.map(Column::plain).to_vec(),
            rows: self.drills.iter().map(|drill| row(drill, drawing)).collect(),
            none: texts.none,
            address: drawing.address("/drills"),
            sort: "",
        };
        html! {
            h1 { (texts.title) }
            @if let Some(known) = self.begun { p class="outcome" role="status" { (if known { texts.begun_before } else { texts.begun }) } }
            p { (texts.intro) }
            @if drawing.session.caller.has_any(BEGINNERS) { p { a class="button" href=(drawing.address("/drills/new")) { (texts.begin) } } }
            (table.draw(drawing))
            @if !self.next.is_empty() {
                nav class="pages" aria-label=(texts.older) { a href=(address::with(&drawing.address("/drills"), &[("page", &self.next)])) rel="next" { (texts.older) } }
            }
        }
    }
}

fn row(drill: &Drill, drawing: &Drawing<'_>) -> Vec<Markup> {
    let texts = texts::of(drawing.language);
    vec![
        name(&drill.site, drawing),
        html! {
            (instant_or(drill.begun_at.as_ref().and_then(at), ""))
            @if !drill.begun_by.is_empty() { br; (texts.by) " " (person::name(&drill.begun_by, drawing)) }
        },
        result(drill, texts),
        html! { ul class="plain" { @for office in &drill.offices { li { (words::office(&office.office, drawing)) " – " (reached(office, drill, texts)) } } } },
        html! { a href=(drawing.address(&format!("/concerns/{}", drill.drill_id))) { (drill.reference) } },
    ]
}

/// How a drill stands or ended, in words.
#[must_use]
pub fn result(drill: &Drill, texts: &Texts) -> Markup {
    match drill.result() {
        DrillResult::Unspecified => {
            let until = drill.ends_at.as_ref().and_then(at).map(human).unwrap_or_default();
            html! { (fill(texts.running, &[("until", &until)])) }
        }
        DrillResult::Passed => html! { (texts.passed) },
        DrillResult::NotAccepted => html! { strong class="warned" { (texts.not_accepted) } },
        DrillResult::Interrupted => html! { (texts.interrupted) },
        DrillResult::Overtaken => html! { strong class="warned" { (texts.overtaken) } },
    }
}

/// How an office was reached, and how long that took.
fn reached(office: &DrillOffice, drill: &Drill, texts: &Texts) -> Markup {
    let begun = drill.begun_at.as_ref().and_then(at).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let after = |instant: Option<OffsetDateTime>| instant.map(|instant| elapsed(instant - begun));
    let (accepted, delivered) = (after(office.accepted_at.as_ref().and_then(at)), after(office.delivered_at.as_ref().and_then(at)));
    html! {
        @match (accepted, delivered) {
            (Some(after), _) => { (fill(texts.accepted_after, &[("elapsed", &after)])) }
            (None, Some(after)) => { strong class="warned" { (fill(texts.reached_after, &[("elapsed", &after)])) } }
            (None, None) => { strong class="warned" { (texts.not_reached) } }
        }
        @if office.unheld { "; " strong class="warned" { (texts.unheld) } }
    }
}

/// The last drill, for the state of the system: an answer that did not come is said.
#[must_use]
pub fn last(answer: Option<&[Drill]>, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    match answer.map(<[Drill]>::first) {
        None => html! { strong class="warned" { (texts.last_untold) } },
        Some(None) => html! { strong class="warned" { (texts.last_none) } },
        Some(Some(drill)) => html! {
            (instant_or(drill.begun_at.as_ref().and_then(at), "")) ", " (name(&drill.site, drawing)) ": " (result(drill, texts)) " "
            a href=(drawing.address("/drills")) { (texts.title) }
        },
    }
}

/// The form that begins a drill.
#[must_use]
pub fn begin(drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let sites = sites_in_order(drawing.language, drawing.sites).into_iter().map(|site| Choice::new(&site.code, &site.name)).collect();
    let fields = vec![
        Field::new(SITE, texts.site, Kind::Select(sites)).needed(),
        Field::new(MINUTES, texts.minutes, Kind::Line { most: LONGEST }).hint(texts.minutes_hint),
    ];
    Sheet {
        title: texts.begin,
        above: html! { p class="lead" { (texts.intro) } p { strong { (texts.warning) } } },
        form: Form::new(drawing.address("/drills/new"), texts.begin, fields),
    }
}
