//! HTML of receipts.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::intake::v1::Receipt;

use super::texts;
use crate::parts::{
    drawing::Drawing,
    form::{Field, Form, Kind, Sheet},
    time::instant,
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
