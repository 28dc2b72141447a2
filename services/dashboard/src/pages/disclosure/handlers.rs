//! Handler of the register of disclosures.

use axum::{
    extract::{Query, State},
    response::Response,
};
use proto::cases::v1::ListDisclosuresRequest;

use super::{texts, view::Listing};
use crate::{
    parts::form::FormValues,
    web::{App, visitor::Member},
};

/// Lines of a page.
const LINES: i32 = 50;

pub async fn list(State(app): State<App>, member: Member, Query(chosen): Query<Vec<(String, String)>>) -> Response {
    let chosen = FormValues::of(chosen);
    let request = ListDisclosuresRequest { case_ref: chosen.get("case"), page_size: LINES, page_token: chosen.get("page") };
    match app.clients.disclosures(&member.session).list_disclosures(request).await {
        Ok(answer) => {
            let listing = Listing { answer: answer.into_inner(), chosen };
            member.page(texts::of(member.visitor.language).title, &listing.draw(&member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}
