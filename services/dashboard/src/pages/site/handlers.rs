//! Handler of the directory of sites.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use proto::safety::v1::{ListSitesRequest, SetSiteZoneRequest, Site};

use super::{
    texts,
    view::{self, Listing, ZONE},
};
use crate::{
    frame::trouble::Trouble,
    parts::form::FormValues,
    web::{App, submitted::Submitted, visitor::Member},
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

/// The site of an address, as the directory was read last.
fn site(member: &Member, code: &str) -> Option<Site> {
    member.sites.get(code).cloned()
}

pub async fn zone(member: Member, Path((_, code)): Path<(String, String)>) -> Response {
    let Some(site) = site(&member, &code) else { return member.visitor.trouble(Trouble::NotFound) };
    let set = view::set_zone(&site).unwrap_or_default();
    member.sheet(&view::zone(&site, &member.drawing()), &FormValues::default().with(ZONE, set))
}

pub async fn set_zone(State(app): State<App>, Path((_, code)): Path<(String, String)>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let Some(site) = site(&member, &code) else { return member.visitor.trouble(Trouble::NotFound) };
    let sheet = view::zone(&site, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    match app.clients.directory(&member.session).set_site_zone(SetSiteZoneRequest { site: code, zone: filled.get(ZONE) }).await {
        Ok(_) => {
            app.safety.forget_sites();
            member.done("/sites?done=1")
        }
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}
