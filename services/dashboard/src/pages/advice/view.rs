//! HTML of the pages on advice.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{AdviceInForce, ReadAdviceResponse};

use super::texts;
use crate::parts::{
    casework::{wording, words},
    drawing::Drawing,
    facts::Facts,
    table::{Column, Table},
    time::instant_or,
};

/// The advice addressed to the viewer, without its content.
#[must_use]
pub fn list(advice: &[AdviceInForce], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    html! {
        h1 { (texts.title) }
        p { (texts.intro) }
        (Table {
            id: "advice",
            caption: texts.title,
            columns: [texts.given, texts.until, texts.open].map(Column::plain).into(),
            rows: advice.iter().map(|one| row(one, drawing)).collect(),
            none: texts.none,
            address: String::new(),
            sort: "",
        }.draw(drawing))
    }
}

fn row(one: &AdviceInForce, drawing: &Drawing<'_>) -> Vec<Markup> {
    let texts = texts::of(drawing.language);
    let given = instant_or(one.advised_at.as_ref().and_then(at), "");
    let link = drawing.address(&format!("/advice/{}", one.advice_id));
    vec![
        given.clone(),
        instant_or(one.until.as_ref().and_then(at), ""),
        html! { a class="action" href=(link) { (texts.open) span class="unseen" { " " (given) } } },
    ]
}

/// One advice: offender, condition and wording, and nothing else [GL2c/2d].
#[must_use]
pub fn one(of: &ReadAdviceResponse, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let facts = Facts::new()
        .text(texts.offender, &of.offender_name)
        .text(texts.number, &of.offender_fps)
        .text(texts.kind, words::condition_kind(of.kind(), drawing.language))
        .text(texts.condition, &of.text)
        .markup(texts.until, instant_or(of.until.as_ref().and_then(at), ""));
    html! {
        p class="back" { a href=(drawing.address("/advice")) { (texts.back) } }
        h1 { (texts.one_title) }
        p { (texts.what) }
        (facts.draw())
        @if let Some(words) = &of.wording { (wording::draw(words, drawing)) }
    }
}
