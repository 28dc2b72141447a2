//! Handlers of the drills of the alarm.

use axum::{
    extract::{Query, State},
    response::Response,
};
use proto::safety::v1::{BeginDrillRequest, ListDrillsRequest};

use super::{
    texts,
    view::{self, Listing, MINUTES, SITE},
};
use crate::{
    parts::form::{FormValues, KEY},
    web::{App, submitted::Submitted, visitor::Member},
};

/// Drills of a page.
const PAGE: i32 = 50;

pub async fn list(State(app): State<App>, member: Member, Query(chosen): Query<Vec<(String, String)>>) -> Response {
    let chosen = FormValues::of(chosen);
    let request = ListDrillsRequest { page_size: PAGE, page_token: chosen.get("page"), ..ListDrillsRequest::default() };
    match app.clients.drills(&member.session).list_drills(request).await {
        Ok(answer) => {
            let answer = answer.into_inner();
            let begun = match chosen.raw("begun") {
                "now" => Some(false),
                "before" => Some(true),
                _ => None,
            };
            let listing = Listing { drills: answer.drills, next: answer.next_page_token, begun };
            member.page(texts::of(member.visitor.language).title, &listing.draw(&member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn new(State(app): State<App>, member: Member) -> Response {
    member.sheet(&view::begin(&member.drawing()), &FormValues::empty(app.ids.uuid()))
}

pub async fn begin(State(app): State<App>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = view::begin(&member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let minutes = filled.get(MINUTES);
    // What is no number is one that no drill can last: the service says which can.
    let minutes = if minutes.is_empty() { 0 } else { minutes.parse().ok().filter(|n| *n > 0).unwrap_or(-1) };
    let request = BeginDrillRequest { drill_id: filled.get(KEY), site: filled.get(SITE), minutes };
    match app.clients.drills(&member.session).begin_drill(request).await {
        Ok(answer) => {
            let word = if answer.into_inner().already_known { "before" } else { "now" };
            member.done(&format!("/drills?begun={word}"))
        }
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
