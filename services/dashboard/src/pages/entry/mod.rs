//! Entry to sites: what was asked for on a case, and what whoever answers for a site decides, with the list for its gate.

mod case_view;
mod curfew;
mod handlers;
mod site;
mod site_view;
mod steps;
pub mod texts;
mod words;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

/// Whoever answers for a site, or arranges entries to it [R2a, R6d, R7d].
const AT_SITES: &[&str] =
    &[role::INSTITUTIONAL_HEAD, role::DISTRICT_DIRECTOR, role::PAROLE_OFFICER_SUPERVISOR, role::MANAGER_ASSESSMENT_INTERVENTIONS];

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/entries", "R2a"),
        Rule::signed_in("/{language}/entries/{entry}/manifest", "X-701"),
        Rule::signed_in("/{language}/entries/{entry}/{step}", "R2a"),
        Rule::signed_in("/{language}/cases/{case}/entries", "R2a"),
        Rule::signed_in("/{language}/cases/{case}/entries/ask", "R6d"),
        Rule::signed_in("/{language}/cases/{case}/entries/curfew", "R7d"),
        Rule::signed_in("/{language}/cases/{case}/entries/curfews/{curfew}/end", "R7d"),
        Rule::signed_in("/{language}/cases/{case}/entries/{entry}/{step}", "R2a"),
    ],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/entries",
        label: |language| texts::of(language).title,
        group: Group::Daily,
        audience: Audience::Roles(AT_SITES),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/entries", get(site::list))
        .route("/{language}/entries/{entry}/manifest", get(site::manifest))
        .route("/{language}/entries/{entry}/{step}", get(site::step_form).post(site::step))
        .route("/{language}/cases/{case}/entries", get(handlers::list))
        .route("/{language}/cases/{case}/entries/ask", get(handlers::ask_form).post(handlers::ask))
        .route("/{language}/cases/{case}/entries/curfew", get(curfew::record_form).post(curfew::record))
        .route("/{language}/cases/{case}/entries/curfews/{curfew}/end", get(curfew::end_form).post(curfew::end))
        .route("/{language}/cases/{case}/entries/{entry}/{step}", get(handlers::step_form).post(handlers::step))
}
