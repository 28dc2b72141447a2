//! HTML of the list of cases: filters, table, pages, and the marks of a case.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::{
    cases::v1::{Case, Stage},
    role::{RJ_OFFICER, RJ_UNIT},
};

use super::{
    list::{Asked, OPEN, WAITS},
    texts,
};
use crate::{
    clients::cases::MOST,
    parts::{
        address,
        casework::{case as of_case, choices, words},
        drawing::Drawing,
        filter::Filter,
        form::{Choice, Field, FormValues, Kind},
        person,
        table::{self, Column, Table},
        texts as shared,
        time::instant_or,
        words as directory_words,
    },
    text::fill,
};

/// A page of the cases that a person may see and asked for.
pub struct Listing<'a> {
    pub cases: Vec<Case>,
    pub asked: &'a Asked,
    /// How many there are; not known of a later page.
    pub count: Option<usize>,
    /// There are more than a page that sorts them reads.
    pub is_cut: bool,
    /// The page after this one, as the address names it.
    pub next: String,
}

impl Listing<'_> {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let rows: Vec<_> = self.cases.iter().map(|case| row(case, drawing)).collect();
        let sort = self.asked.sorted_by();
        html! {
            h1 { (texts.cases) }
            (self.head("/cases", drawing))
            (Table {
                id: "cases",
                caption: &self.caption(drawing),
                columns: vec![
                    Column::sorted_by(texts.number, "number"),
                    Column::sorted_by(texts.stage, "stage"),
                    Column::sorted_by(texts.site, "site"),
                    Column::sorted_by(texts.mediator, "mediator"),
                    Column::plain(texts.officers),
                    Column::sorted_by(texts.opened, "opened"),
                    Column::plain(texts.waits_for),
                ],
                rows,
                none: self.none(drawing),
                address: self.address("/cases", "", drawing),
                sort,
            }.draw(drawing))
            (table::pages(&self.address("/cases", sort, drawing), self.is_first(), &self.next, drawing))
        }
    }

    fn is_first(&self) -> bool {
        ["", "0"].contains(&self.asked.page.as_str())
    }

    /// Links and filters, the same on the list and the board.
    pub fn head(&self, path: &str, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let other = if path == "/cases" { ("/cases/board", texts.as_board) } else { ("/cases", texts.as_table) };
        html! {
            p class="links" {
                a href=(self.address(other.0, "", drawing)) { (other.1) }
                @if drawing.session.caller.has_role(RJ_OFFICER) {
                    a href=(drawing.address("/break-glass/open")) { (texts.not_in_the_list) }
                }
            }
            @if self.is_cut { p class="notice" { (fill(texts.cut, &[("n", &MOST.to_string())])) } }
            (self.filters(path, drawing))
        }
    }

    fn filters(&self, path: &str, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let mut stages = vec![Choice::new(OPEN, texts.stage_open)];
        stages.extend(choices::coded::<Stage>(words::stage, drawing.language));
        let [officer, mediator, concern] = WAITS;
        let waits = vec![
            Choice::new(officer, texts.waits_officer),
            Choice::new(mediator, texts.waits_mediator),
            Choice::new(concern, texts.frozen),
        ];
        let mut fields = vec![
            Field::new("stage", texts.stage, Kind::Select(stages)),
            Field::new("site", texts.site, Kind::Select(choices::sites(drawing))),
            Field::new("region", texts.region, Kind::Select(directory_words::regions(drawing.language))),
            Field::new("waits", texts.waits_for, Kind::Select(waits)),
        ];
        // A mediator sees their own and no other's.
        if drawing.session.caller.has_any(&RJ_UNIT) {
            fields.push(Field::new("mediator", texts.mediator, Kind::Person(Vec::new())));
        }
        let asked = self.asked;
        let chosen = [
            ("stage", &asked.stage),
            ("site", &asked.site),
            ("region", &asked.region),
            ("waits", &asked.waits),
            ("mediator", &asked.mediator),
        ];
        let chosen = chosen.into_iter().fold(FormValues::default(), |values, (name, value)| values.with(name, value));
        Filter { action: drawing.address(path), fields, submit: texts.show }.draw(&chosen, drawing.language)
    }

    fn address(&self, path: &str, sort: &str, drawing: &Drawing<'_>) -> String {
        let asked = self.asked;
        let chosen = [
            ("stage", asked.stage.as_str()),
            ("site", &asked.site),
            ("region", &asked.region),
            ("mediator", &asked.mediator),
            ("waits", &asked.waits),
            ("sort", sort),
        ];
        address::with(&drawing.address(path), &chosen)
    }

    fn caption(&self, drawing: &Drawing<'_>) -> String {
        let texts = texts::of(drawing.language);
        match self.count {
            Some(count) if count >= MOST => fill(texts.count_more, &[("n", &MOST.to_string())]),
            Some(count) => fill(texts.count, &[("n", &count.to_string())]),
            None => texts.cases.to_owned(),
        }
    }

    /// What is said of an empty list: that this person may see none, or that nothing is as they asked.
    fn none(&self, drawing: &Drawing<'_>) -> &'static str {
        if self.asked.is_filtered() { texts::of(drawing.language).none_as_asked } else { shared::of(drawing.language).none_for_you }
    }

    /// Nothing to show on the board.
    #[must_use]
    pub fn nothing(&self, drawing: &Drawing<'_>) -> Markup {
        html! { p class="none" { (self.none(drawing)) } }
    }
}

fn row(case: &Case, drawing: &Drawing<'_>) -> Vec<Markup> {
    let texts = texts::of(drawing.language);
    let nobody = |name: &str| html! { @if name.is_empty() { "–" } @else { (name) } };
    vec![
        html! { a class="reference" href=(drawing.address(&of_case::path(case, ""))) { (case.case_number) } },
        html! { (words::stage(case.stage(), drawing.language)) @if case.indirect_only { br; span class="hint" { (texts.indirect_only) } } },
        of_case::site(&case.site, drawing),
        nobody(&person::name(&case.mediator, drawing)),
        nobody(&person::names(&case.officers, drawing)),
        instant_or(case.opened_at.as_ref().and_then(at), ""),
        html! { @for (index, mark) in marks(case, drawing).into_iter().enumerate() { @if index > 0 { br; } (mark) } },
    ]
}

/// What a case visibly waits for.
#[must_use]
pub fn marks(case: &Case, drawing: &Drawing<'_>) -> Vec<Markup> {
    let texts = texts::of(drawing.language);
    let mut marks = Vec::new();
    if case.contact_frozen {
        marks.push(html! { strong class="danger" { (texts.frozen) } });
    }
    if case.stage() != Stage::Closed {
        if case.officers.is_empty() {
            marks.push(html! { (texts.waits_officer) });
        }
        if case.mediator.is_empty() {
            marks.push(html! { (texts.waits_mediator) });
        }
    }
    marks
}
