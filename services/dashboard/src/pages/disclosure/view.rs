//! HTML of the register of disclosures.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{Disclosure, DisclosureKind, ListDisclosuresResponse};

use super::texts;
use crate::parts::{
    address,
    drawing::Drawing,
    form::FormValues,
    person,
    table::{self, Column, Table},
    time::instant_or,
};

/// A page of the register, of one case or of all that the viewer answers for.
pub struct Listing {
    pub answer: ListDisclosuresResponse,
    pub chosen: FormValues,
}

impl Listing {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let here = address::with(&drawing.address("/disclosures"), &[("case", self.chosen.raw("case"))]);
        let titles = [texts.when, texts.case, texts.kind, texts.recipient, texts.reason, texts.authority, texts.by];
        html! {
            h1 { (texts.title) }
            p { (texts.intro) }
            (Table {
                id: "disclosures",
                caption: texts.title,
                columns: titles.map(Column::plain).into(),
                rows: self.answer.disclosures.iter().map(|one| row(one, drawing)).collect(),
                none: texts.none,
                address: String::new(),
                sort: "",
            }.draw(drawing))
            (table::pages(&here, self.chosen.get("page").is_empty(), &self.answer.next_page_token, drawing))
        }
    }
}

fn row(one: &Disclosure, drawing: &Drawing<'_>) -> Vec<Markup> {
    let texts = texts::of(drawing.language);
    let kind = match one.kind() {
        DisclosureKind::ConditionAdvice => texts.advice,
        DisclosureKind::EntryRequest => texts.entry,
        DisclosureKind::EntryManifest => texts.manifest,
        DisclosureKind::Request => texts.request,
        DisclosureKind::Answer => texts.answer,
        DisclosureKind::ToVictim => texts.to_victim,
        DisclosureKind::Unspecified => texts.unknown,
    };
    let page = match one.kind() {
        DisclosureKind::EntryRequest | DisclosureKind::EntryManifest => "entries",
        DisclosureKind::Request | DisclosureKind::Answer | DisclosureKind::ToVictim => "requests",
        DisclosureKind::ConditionAdvice | DisclosureKind::Unspecified => "conditions",
    };
    let case = drawing.address(&format!("/cases/{}/{page}", one.case_id));
    vec![
        instant_or(one.disclosed_at.as_ref().and_then(at), ""),
        html! { a href=(case) { (one.case_number) } },
        html! { (kind) },
        html! { (person::name(&one.recipient, drawing)) },
        html! { (one.reason) },
        html! { (one.authority) },
        html! { (person::name(&one.disclosed_by, drawing)) },
    ]
}
