//! Handlers of the pages on break-glass.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use proto::cases::v1::{BreakGlassRequest, EndBreakGlassRequest, ListBreakGlassRequest, ReviewBreakGlassRequest};
use serde::Deserialize;

use super::{texts, view};
use crate::{
    parts::form::FormValues,
    web::{App, submitted::Submitted, visitor::Member},
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    all: Option<u8>,
}

pub async fn list(State(app): State<App>, member: Member, Query(query): Query<ListQuery>) -> Response {
    let open_only = query.all.is_none();
    match app.clients.break_glass(&member.session).list_break_glass(ListBreakGlassRequest { open_only }).await {
        Ok(answer) => {
            let content = view::list(&answer.into_inner().break_glasses, open_only, &member.drawing());
            member.page(texts::of(member.visitor.language).break_glass, &content)
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn open_form(member: Member) -> Response {
    member.sheet(&view::open(&member.drawing()), &FormValues::default())
}

pub async fn open(State(app): State<App>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = view::open(&member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = BreakGlassRequest { case_ref: filled.get("case_ref"), reason: filled.get("reason") };
    match app.clients.break_glass(&member.session).break_glass(request).await {
        Ok(answer) => {
            let opened = answer.into_inner();
            member.done(&format!("/cases/{}?glass={}", opened.case_id, opened.break_glass_id))
        }
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

pub async fn end(State(app): State<App>, Path((_, break_glass_id)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    match app.clients.break_glass(&member.session).end_break_glass(EndBreakGlassRequest { break_glass_id }).await {
        Ok(_) => member.done(if filled.get("to") == "/break-glass" { "/break-glass" } else { "/cases" }),
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn review_form(member: Member, Path((_, id)): Path<(String, String)>) -> Response {
    member.sheet(&view::review(&id, &member.drawing()), &FormValues::default())
}

pub async fn review(State(app): State<App>, Path((_, break_glass_id)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = view::review(&break_glass_id, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let request = ReviewBreakGlassRequest { break_glass_id, finding: filled.number("finding"), note: filled.get("note") };
    match app.clients.break_glass(&member.session).review_break_glass(request).await {
        Ok(_) => member.done("/break-glass"),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
