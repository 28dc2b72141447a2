//! Closing of a concern that every audience has accepted, with its outcome.

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::html;
use proto::safety::v1::CloseConcernRequest;

use super::{texts, view::Card};
use crate::{
    parts::{
        drawing::Drawing,
        form::{Field, Filled, Form, Kind, Sheet},
    },
    text::fill,
    web::{App, submitted::Submitted, visitor::Member},
};

const OUTCOME: &str = "outcome";
const MOST: usize = 4_000;

fn sheet<'a>(card: &Card, title: &'a str, drawing: &Drawing<'_>) -> Sheet<'a> {
    let texts = texts::of(drawing.language);
    let outcome = Field::new(OUTCOME, texts.outcome, Kind::Lines { most: MOST, rows: 4 }).needed().hint(texts.outcome_hint);
    Sheet {
        title,
        above: html! { p { (texts.close_intro) } p { a href=(drawing.address(&format!("/concerns/{}", card.id))) { (texts.back_to_event) } } },
        form: Form::new(drawing.address(&format!("/concerns/{}/close", card.id)), texts.close, vec![outcome]),
    }
}

pub async fn page(State(app): State<App>, member: Member, Path((_, concern)): Path<(String, String)>) -> Response {
    match app.safety.get(&member.session, &concern).await {
        Ok(view) => {
            let card = Card::of(&view, &member.session.caller);
            let title = fill(texts::of(member.visitor.language).close_title, &[("reference", &card.reference)]);
            member.sheet(&sheet(&card, &title, &member.drawing()), &Filled::default())
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn submit(State(app): State<App>, Path((_, concern)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let view = match app.safety.get(&member.session, &concern).await {
        Ok(view) => view,
        Err(status) => return member.visitor.refused(&status),
    };
    let card = Card::of(&view, &member.session.caller);
    let title = fill(texts::of(member.visitor.language).close_title, &[("reference", &card.reference)]);
    let sheet = sheet(&card, &title, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = CloseConcernRequest { concern_id: card.id.clone(), outcome: filled.get(OUTCOME) };
    match app.clients.alarm(&member.session).close_concern(request).await {
        Ok(_) => member.done(&format!("/concerns/{}?done=closed", card.id)),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
