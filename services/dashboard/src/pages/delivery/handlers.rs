//! Handler of the delivery ledger.

use axum::{
    extract::{Query, State},
    response::Response,
};
use proto::notification::v1::ListDeliveriesRequest;

use super::{texts, view::Listing};
use crate::{
    parts::form::FormValues,
    web::{App, visitor::Member},
};

/// Lines of a page: as many as the service gives at once.
const NEWEST: i32 = 200;

pub async fn list(State(app): State<App>, member: Member, Query(chosen): Query<Vec<(String, String)>>) -> Response {
    let chosen = FormValues::of(chosen);
    let request = ListDeliveriesRequest { page_size: NEWEST, page_token: chosen.get("page"), ..ListDeliveriesRequest::default() };
    match app.clients.deliveries(&member.session).list_deliveries(request).await {
        Ok(answer) => {
            let listing = Listing { answer: answer.into_inner(), chosen };
            member.page(texts::of(member.visitor.language).deliveries, &listing.draw(&member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}
