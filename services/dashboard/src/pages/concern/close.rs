//! Closing of a concern that every audience has accepted, with its outcome.

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::html;
use proto::safety::v1::CloseConcernRequest;

use super::{action::Action, texts, view::Card};
use crate::{
    parts::{
        drawing::Drawing,
        form::{Field, Form, Kind, Sheet},
    },
    web::{App, submitted::Submitted, visitor::Member},
};

const OUTCOME: &str = "outcome";
const MOST: usize = 4_000;
const CLOSE: Action = Action { title: |texts| texts.close_title, sheet };

fn form(concern: &str, drawing: &Drawing<'_>) -> Form {
    let texts = texts::of(drawing.language);
    let outcome = Field::new(OUTCOME, texts.outcome, Kind::Lines { most: MOST, rows: 4 }).needed().hint(texts.outcome_hint);
    Form::new(drawing.address(&format!("/concerns/{concern}/close")), texts.close, vec![outcome])
}

fn sheet<'a>(card: &Card, title: &'a str, drawing: &Drawing<'_>) -> Sheet<'a> {
    let texts = texts::of(drawing.language);
    Sheet {
        title,
        above: html! { p { (texts.close_intro) } p { a href=(drawing.address(&format!("/concerns/{}", card.id))) { (texts.back_to_event) } } },
        form: form(&card.id, drawing),
    }
}

pub async fn page(State(app): State<App>, member: Member, Path((_, concern)): Path<(String, String)>) -> Response {
    CLOSE.open(&app, &member, &concern).await
}

pub async fn submit(State(app): State<App>, Path((_, concern)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let problems = form(&concern, &member.drawing()).check(&filled, member.visitor.language);
    if !problems.is_empty() {
        return CLOSE.mend(&app, &member, &concern, &filled, &problems).await;
    }
    let request = CloseConcernRequest { concern_id: concern.clone(), outcome: filled.get(OUTCOME) };
    match app.clients.alarm(&member.session).close_concern(request).await {
        Ok(_) => member.done(&format!("/concerns/{concern}?done=closed")),
        Err(status) => CLOSE.refused(&app, &member, &concern, &filled, &status).await,
    }
}
