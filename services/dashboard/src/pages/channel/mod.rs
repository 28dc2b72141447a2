//! Channels of one's own: by what a person is rung outside the pages.

mod handlers;
pub mod texts;
mod view;

use axum::{
    Router,
    routing::{get, post},
};

use crate::web::{App, page::Page, rules::Rule};

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/account/channels", "R3e"),
        Rule::signed_in("/{language}/account/channels/browsers", "R3e"),
        Rule::signed_in("/{language}/account/channels/numbers", "R3e"),
        Rule::signed_in("/{language}/account/channels/{channel}/confirm", "R3e"),
        Rule::signed_in("/{language}/account/channels/{channel}/remove", "R3e"),
    ],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/account/channels", get(handlers::page))
        .route("/{language}/account/channels/browsers", post(handlers::add_browser))
        .route("/{language}/account/channels/numbers", post(handlers::add_number))
        .route("/{language}/account/channels/{channel}/confirm", post(handlers::confirm))
        .route("/{language}/account/channels/{channel}/remove", post(handlers::remove))
}
