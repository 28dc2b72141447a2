//! Raising of a concern [S8], and how far it has come.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};

use crate::{
    frame::navigation::{Audience, Entry, Group},
    web::{App, page::Page, rules::Rule},
};

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/raise", "RM1c"), Rule::signed_in("/{language}/raise/{concern}", "RM1c")],
    texts: texts::ALL,
    entry: Some(Entry { path: "/raise", label: |language| texts::of(language).raise, group: Group::Daily, audience: Audience::Everyone }),
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/raise", get(handlers::page).post(handlers::submit))
        .route("/{language}/raise/{concern}", get(handlers::recorded))
}
