//! Offices: who is rung for each site and nationally, and who is named or released by two persons.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

/// Roles that may list the offices.
const READERS: &[&str] =
    &[role::DIRECTORY_ADMINISTRATOR, role::NATIONAL_MANAGER, role::RJ_SUPERVISOR, role::RJ_OFFICER, role::NMC_SUPERVISOR, role::OPERATIONS];

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/offices", "R3e"),
        Rule::signed_in("/{language}/offices/assign", "R3e"),
        Rule::signed_in("/{language}/offices/end", "R3e"),
    ],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/offices",
        label: |language| texts::of(language).offices,
        group: Group::Directory,
        audience: Audience::Roles(READERS),
    }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/offices", get(handlers::list))
        .route("/{language}/offices/assign", get(handlers::assign).post(handlers::submit_assignment))
        .route("/{language}/offices/end", get(handlers::end).post(handlers::submit_end))
}
