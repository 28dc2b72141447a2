//! HTML of the offices.

use std::collections::BTreeMap;

use maud::{Markup, html};
use proto::{
    role,
    safety::v1::{ListOfficeHoldersResponse, OfficeHolder},
};

use super::texts;
use crate::{
    parts::{
        address,
        drawing::Drawing,
        facts::Facts,
        filter::Filter,
        form::{Choice, Field, Form, FormValues, Kind, Sheet},
        person,
        site::{Named, order_of},
        table::{Column, Table},
        words,
    },
    text::fill,
};

pub const OFFICE: &str = "office";
pub const HOLDER: &str = "holder";
pub const RANK: &str = "rank";

/// Roles to which changes are offered.
const CHANGERS: [&str; 1] = [role::DIRECTORY_ADMINISTRATOR];

/// Every office with its holders, and how the list is filtered.
pub struct Listing {
    pub answer: ListOfficeHoldersResponse,
    pub chosen: FormValues,
}

/// An office as the list shows it.
struct Held<'a> {
    office: &'a str,
    region: String,
    holders: Vec<&'a OfficeHolder>,
}

impl Held<'_> {
    /// Nobody in it can be rung.
    fn is_vacant(&self) -> bool {
        self.holders.iter().all(|holder| holder.cannot_accept)
    }
}

impl Listing {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let all = self.all(drawing);
        let vacant = all.iter().filter(|held| held.is_vacant()).count();
        let (region, only) = (self.chosen.get("region"), self.chosen.get("only"));
        let fits = |held: &&Held<'_>| (region.is_empty() || held.region == region) && (only != "vacant" || held.is_vacant());
        let rows: Vec<Vec<Markup>> = all.iter().filter(fits).map(|held| self.row(held, drawing)).collect();
        let mut columns = vec![Column::plain(texts.office), Column::plain(texts.region), Column::plain(texts.holders)];
        if drawing.session.caller.has_any(&CHANGERS) {
            columns.push(Column::plain(texts.change));
        }
        let table = Table {
            id: "offices",
            caption: &fill(texts.caption, &[("n", &rows.len().to_string())]),
            columns,
            rows,
            none: texts.none,
            address: drawing.address("/offices"),
            sort: "",
        };
        let title = if vacant == 1 { texts.vacant_one_title.to_owned() } else { fill(texts.vacant_title, &[("n", &vacant.to_string())]) };
        html! {
            h1 { (texts.offices) }
            @if self.chosen.is_checked("done") { p class="outcome" role="status" { (texts.in_force) } }
            p { (texts.intro) }
            @if vacant > 0 {
                div class="notice" {
                    p { strong { (title) } }
                    p { (texts.vacant_text) " " a href=(drawing.address("/offices?only=vacant")) { (texts.only_vacant) } }
                }
            }
            (self.filter(drawing))
            (table.draw(drawing))
        }
    }

    fn filter(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let regions = words::choices(words::REGIONS, drawing.language);
        let fields = vec![
            Field::new("region", texts.region, Kind::Select(regions)),
            Field::new("only", texts.only, Kind::Select(vec![Choice::new("vacant", texts.only_vacant)])),
        ];
        Filter { action: drawing.address("/offices"), fields, submit: texts.show }.draw(&self.chosen, drawing.language)
    }

    /// The offices, each with its holders in the order in which they are rung.
    fn all(&self, drawing: &Drawing<'_>) -> Vec<Held<'_>> {
        let mut by_office: BTreeMap<&str, Vec<&OfficeHolder>> = BTreeMap::new();
        for holder in &self.answer.holders {
            by_office.entry(&holder.office).or_default().push(holder);
        }
        let region = |office: &str| {
            let site = office.split_once('/').and_then(|(_, code)| drawing.sites.get(code));
            site.map_or_else(|| "national".to_owned(), |site| site.region.clone())
        };
        let offices = in_order(&self.answer.offices, drawing).into_iter();
        offices
            .map(|office| {
                let mut holders = by_office.remove(office).unwrap_or_default();
                holders.sort_by_key(|holder| holder.rank);
                Held { office, region: region(office), holders }
            })
            .collect()
    }

    fn row(&self, held: &Held<'_>, drawing: &Drawing<'_>) -> Vec<Markup> {
        let texts = texts::of(drawing.language);
        let may_change = drawing.session.caller.has_any(&CHANGERS);
        let name = words::office_text(held.office, drawing);
        let mut cells = vec![
            words::office(held.office, drawing),
            html! { (words::of(words::REGIONS, &held.region, drawing.language)) },
            html! {
                @if held.holders.is_empty() { strong class="warned" { (texts.no_one) } }
                @else { ol class="plain-list" { @for holder in &held.holders { li { (line(holder, drawing)) } } } }
            },
        ];
        if may_change {
            let assign = address::with(&drawing.address("/offices/assign"), &[("office", held.office)]);
            cells.push(html! {
                ul class="plain-list" {
                    li { a href=(assign) { (texts.assign) span class="unseen" { ", " (name) } } }
                    @for holder in &held.holders {
                        li {
                            a href=(address::with(&drawing.address("/offices/end"), &[("office", held.office), ("holder", &holder.holder)])) {
                                (texts.end) " " (person::with_identity(&holder.holder, drawing)) span class="unseen" { ", " (name) }
                            }
                        }
                    }
                }
            });
        }
        cells
    }
}

/// Offices as they are listed: the national ones, then those of sites by their names.
fn in_order<'a>(offices: &'a [String], drawing: &Drawing<'_>) -> Vec<&'a str> {
    let rules = order_of(drawing.language);
    let at = |office: &'a str| office.split_once('/').map(|(_, site)| Named::by_code(site, drawing).name);
    let mut named: Vec<(Option<String>, &str)> = offices.iter().map(|office| (at(office), office.as_str())).collect();
    named.sort_by(|(one, _), (other, _)| match (one, other) {
        (Some(one), Some(other)) => rules.compare(one, other),
        _ => one.is_some().cmp(&other.is_some()),
    });
    named.into_iter().map(|(_, office)| office).collect()
}

fn line(holder: &OfficeHolder, drawing: &Drawing<'_>) -> Markup {
    let rank = holder.rank.to_string();
    html! {
        (person::with_identity(&holder.holder, drawing)) " – " (words::of(words::RANKS, &rank, drawing.language))
        @if holder.cannot_accept { " – " strong class="warned" { (texts::of(drawing.language).cannot_accept) } }
    }
}

/// The form that proposes somebody for an office.
#[must_use]
pub fn assignment(offices: &[String], drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let offices = in_order(offices, drawing).into_iter().map(|office| Choice::new(office, &words::office_text(office, drawing))).collect();
    let ranks = words::RANKS.iter().map(|(rank, ..)| Choice::new(rank, words::of(words::RANKS, rank, drawing.language))).collect();
    let mut fields = vec![
        Field::new(OFFICE, texts.office, Kind::Select(offices)).needed(),
        Field::new(HOLDER, texts.holder, Kind::Person(person::choices(None, drawing))).needed().hint(texts.holder_hint),
        Field::new(RANK, texts.rank, Kind::Radios(ranks)).needed(),
    ];
    fields.extend(person::fields(drawing));
    Sheet {
        title: texts.assign_title,
        above: html! { p { (texts.assign_text) } },
        form: Form::new(drawing.address("/offices/assign"), texts.propose, fields),
    }
}

/// The page that says what it means that somebody leaves an office.
#[must_use]
pub fn leaving(office: &str, holder: &str, held: &[OfficeHolder], drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let rank = held.iter().find(|one| one.holder == holder).map(|one| one.rank.to_string()).unwrap_or_default();
    let is_last = !held.iter().any(|one| one.holder != holder && !one.cannot_accept);
    let facts = Facts::new()
        .markup(texts.office, words::office(office, drawing))
        .text(texts.holder, &person::with_identity(holder, drawing))
        .text(texts.rank, words::of(words::RANKS, &rank, drawing.language));
    let action = address::with(&drawing.address("/offices/end"), &[(OFFICE, office), (HOLDER, holder)]);
    Sheet {
        title: texts.end_title,
        above: html! {
            (facts.draw())
            p { (texts.end_text) }
            @if is_last { p class="notice" { (texts.end_last) } }
        },
        form: Form::new(action, texts.propose, Vec::new()),
    }
}
