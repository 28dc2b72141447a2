//! HTML of receipts.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::intake::v1::{ListReceiptsResponse, OwnReceipt, Receipt};

use super::texts;
use crate::parts::{
    drawing::Drawing,
    form::{Field, Form, Kind, Sheet},
    site,
    table::{self, Column, Table},
    time::{instant, instant_or},
    words,
};

pub const NUMBER: &str = "number";

/// The form that finds a receipt by its number.
#[must_use]
pub fn sheet(drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let number = Field::new(NUMBER, texts.number, Kind::Line { most: 40 }).needed().hint(texts.number_hint);
    Sheet {
        title: texts.find_title,
        above: html! { p { (texts.find_text) } },
        form: Form::new(drawing.address("/receipts"), texts.find, vec![number]),
    }
}

/// What this person sent, newest first, and the form that finds a receipt.
#[must_use]
pub fn own(answer: &ListReceiptsResponse, is_first: bool, form: &Markup, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let address = drawing.address("/receipts");
    let table = Table {
        id: "receipts",
        caption: texts.own_caption,
        columns: [texts.number, texts.sent_at, texts.site].map(Column::plain).into(),
        rows: answer.receipts.iter().map(|one| row(one, drawing)).collect(),
        none: texts.own_none,
        address: address.clone(),
        sort: "",
    };
    html! {
        h1 { (texts.receipts) }
        p { (texts.find_text) }
        (table.draw(drawing))
        (table::pages(&address, is_first, &answer.next_page_token, drawing))
        h2 { (texts.find_title) }
        (form)
    }
}

fn row(one: &OwnReceipt, drawing: &Drawing<'_>) -> Vec<Markup> {
    let number = one.receipt.as_ref().map_or("", |receipt| receipt.number.as_str());
    vec![
        html! { a class="reference" href=(drawing.address(&format!("/receipts/{number}"))) { (number) } },
        instant_or(one.sent_at.as_ref().and_then(at), ""),
        html! { @if words::REGIONS.iter().any(|(code, ..)| *code == one.place) { (words::of(words::REGIONS, &one.place, drawing.language)) } @else { (site::name(&one.place, drawing)) } },
    ]
}

/// One receipt. `other` says that a referral with other content stood under the same key.
#[must_use]
pub fn receipt(receipt: &Receipt, other: bool, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let received = receipt.received_at.as_ref().and_then(at);
    html! {
        h1 { (texts.received_title) }
        p class="big" data-draft-done="referral" { (receipt.number) }
        p { (texts.received_text) }
        @if let Some(at) = received { p { (texts.received_at) " " (instant(at)) } }
        @if other { p class="notice" { (texts.other_kept) } }
        p { (texts.what_next) }
        ul {
            li { a href=(drawing.address("/referrals/new")) { (texts.another) } }
            li { a href=(drawing.address("/receipts")) { (texts.look_up) } }
        }
    }
}
