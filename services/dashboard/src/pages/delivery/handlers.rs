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

/// The newest lines shown: as many as the service gives at once.
const NEWEST: i32 = 200;

pub async fn list(State(app): State<App>, member: Member, Query(chosen): Query<Vec<(String, String)>>) -> Response {
    match app
        .clients
        .deliveries(&member.session)
        .list_deliveries(ListDeliveriesRequest { page_size: NEWEST, ..ListDeliveriesRequest::default() })
        .await
    {
        Ok(answer) => {
            let listing = Listing { deliveries: answer.into_inner().deliveries, chosen: FormValues::of(chosen) };
            member.page(texts::of(member.visitor.language).deliveries, &listing.draw(&member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}
