//! Handler of the list of due things.

use axum::{
    extract::{Query, State},
    response::Response,
};
use proto::{
    cases::v1::{GetWorkloadRequest, ListDueThingsRequest},
    role::RJ_UNIT,
};

use super::{texts, view::Listing};
use crate::{
    parts::form::FormValues,
    web::{App, visitor::Member},
};

/// Lines of a page.
const LINES: i32 = 50;

pub async fn list(State(app): State<App>, member: Member, Query(chosen): Query<Vec<(String, String)>>) -> Response {
    let chosen = FormValues::of(chosen);
    let kind = chosen.number("kind");
    let request = ListDueThingsRequest {
        kinds: if kind == 0 { Vec::new() } else { vec![kind] },
        mediator: chosen.get("mediator"),
        overdue: chosen.is_checked("overdue"),
        page_size: LINES,
        page_token: chosen.get("page"),
        ..ListDueThingsRequest::default()
    };
    let mut client = app.clients.due_things(&member.session);
    let answer = match client.list_due_things(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => return member.visitor.refused(&status),
    };
    // Who has how much is for the RJ Unit; for anybody else it is not asked for, and where it cannot be read now the list is shown alone.
    let people = if member.session.caller.has_any(&RJ_UNIT) {
        client.get_workload(GetWorkloadRequest {}).await.ok().map(|answer| answer.into_inner().people)
    } else {
        None
    };
    let listing = Listing { answer, people, chosen };
    member.page(texts::of(member.visitor.language).title, &listing.draw(&member.drawing()))
}
