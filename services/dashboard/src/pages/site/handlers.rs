//! Handler of the directory of sites.

use axum::{
    extract::{Query, State},
    response::Response,
};
use proto::safety::v1::ListSitesRequest;

use super::{texts, view::Listing};
use crate::{
    parts::form::FormValues,
    web::{App, visitor::Member},
};

pub async fn list(State(app): State<App>, member: Member, Query(chosen): Query<Vec<(String, String)>>) -> Response {
    match app.clients.directory(&member.session).list_sites(ListSitesRequest {}).await {
        Ok(answer) => {
            let listing = Listing { sites: answer.into_inner().sites, chosen: FormValues::of(chosen) };
            member.page(texts::of(member.visitor.language).sites, &listing.draw(&member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}
