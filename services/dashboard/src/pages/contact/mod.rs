//! Contact points of victims, pushed by regional victim services [CARD5, R5b].

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};
use proto::role;

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/contacts/new", "R5b")],
    texts: texts::ALL,
    entry: Some(Entry {
        path: "/contacts/new",
        label: |language| texts::of(language).push,
        group: Group::Daily,
        audience: Audience::Roles(REGIONAL_VICTIM_SERVICES),
    }),
};

/// Whose victims they are.
const REGIONAL_VICTIM_SERVICES: &[&str] = &[role::RVS_MANAGER, role::VICTIM_SERVICES_OFFICER];

fn routes() -> Router<App> {
    Router::new().route("/{language}/contacts/new", get(handlers::page).post(handlers::submit))
}
