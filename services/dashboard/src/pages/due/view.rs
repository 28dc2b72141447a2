//! HTML of the list of due things, and of what is due next in one case.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::{
    cases::v1::{DueKind, DueThing, ListDueThingsResponse, Workload},
    role::RJ_UNIT,
};

use super::{texts, words};
use crate::{
    parts::{
        address,
        casework::choices,
        drawing::Drawing,
        filter::Filter,
        form::{Choice, Field, FormValues, Kind},
        person,
        table::{self, Column, Table},
        time::instant_or,
    },
    text::fill,
};

/// A page of the list.
pub struct Listing {
    pub answer: ListDueThingsResponse,
    /// `None` where it is not for this reader, or cannot be read now.
    pub people: Option<Vec<Workload>>,
    pub chosen: FormValues,
}

impl Listing {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let chosen =
            [("kind", self.chosen.raw("kind")), ("mediator", self.chosen.raw("mediator")), ("overdue", self.chosen.raw("overdue"))];
        let here = address::with(&drawing.address("/due"), &chosen);
        let titles = [texts.due, texts.kind, texts.case_or_mediator, texts.mediator, texts.whose, texts.since];
        let is_first = self.chosen.get("page").is_empty();
        let caption = if is_first { fill(texts.count, &[("n", &self.answer.total.to_string())]) } else { texts.caption.to_owned() };
        html! {
            h1 { (texts.title) }
            p { (texts.intro) }
            (self.filters(drawing))
            (Table {
                id: "due",
                caption: &caption,
                columns: titles.map(Column::plain).into(),
                rows: self.answer.things.iter().map(|thing| row(thing, drawing)).collect(),
                none: texts.none,
                address: String::new(),
                sort: "",
            }.draw(drawing))
            (table::pages(&here, is_first, &self.answer.next_page_token, drawing))
            @if let Some(people) = &self.people { (workload(people, drawing)) }
        }
    }

    fn filters(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let mut fields = vec![Field::new("kind", texts.kind, Kind::Select(choices::coded::<DueKind>(words::kind, drawing.language)))];
        // A mediator sees their own and no other's.
        if drawing.session.caller.has_any(&RJ_UNIT) {
            fields.push(Field::new("mediator", texts.mediator, Kind::Person(Vec::new())));
        }
        fields.push(Field::new("overdue", texts.overdue, Kind::Select(vec![Choice::new("on", texts.only_overdue)])));
        Filter { action: drawing.address("/due"), fields, submit: texts.show }.draw(&self.chosen, drawing.language)
    }
}

/// The moment, marked where it has passed.
fn moment(thing: &DueThing, drawing: &Drawing<'_>) -> Markup {
    let due = instant_or(thing.due_at.as_ref().and_then(at), "");
    html! { (due) @if thing.overdue { " " strong class="warned" { (texts::of(drawing.language).overdue) } } }
}

fn row(thing: &DueThing, drawing: &Drawing<'_>) -> Vec<Markup> {
    let of_case = drawing.address(&format!("/cases/{}", thing.case_id));
    let mediator = person::name(&thing.mediator, drawing);
    vec![
        moment(thing, drawing),
        html! { (words::kind(thing.kind(), drawing.language)) },
        html! { @if thing.case_id.is_empty() { (mediator) } @else { a href=(of_case) { (thing.case_number) } } },
        html! { (mediator) },
        html! { (words::hand(thing.hand(), drawing.language)) },
        instant_or(thing.since.as_ref().and_then(at), ""),
    ]
}

fn workload(people: &[Workload], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let role = |code: &str| if code == "mediator" { texts.role_mediator } else { texts.role_officer };
    let row = |one: &Workload| {
        vec![
            html! { (person::name(&one.person, drawing)) },
            html! { (role(&one.role)) },
            html! { (one.cases) },
            html! { (one.overdue) },
            html! { (one.soon) },
        ]
    };
    let titles = [texts.person, texts.role, texts.cases, texts.load_overdue, texts.load_soon];
    Table {
        id: "workload",
        caption: texts.workload,
        columns: titles.map(Column::plain).into(),
        rows: people.iter().map(row).collect(),
        none: texts.nobody,
        address: String::new(),
        sort: "",
    }
    .draw(drawing)
}

/// What is due next in one case: when, what, whose move it is, and since when.
#[must_use]
pub fn of_case(case_id: &str, things: &[DueThing], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        section aria-labelledby="due-next" {
            h2 id="due-next" { (texts.of_case) }
            @if things.is_empty() { p class="none" { (texts.of_case_none) } }
            @else {
                ul class="waits" {
                    @for thing in things {
                        li {
                            strong { (words::kind(thing.kind(), drawing.language)) } ", " (moment(thing, drawing)) ". "
                            (texts.whose) ": " (words::hand(thing.hand(), drawing.language)) ". "
                            (texts.since) " " (instant_or(thing.since.as_ref().and_then(at), "")) "."
                        }
                    }
                }
            }
            p { a href=(drawing.address(&format!("/cases/{case_id}/reviews"))) { (texts.all_reviews) } }
        }
    }
}
