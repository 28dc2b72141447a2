//! Signing in and out [S15].

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
        Rule::anyone("/{language}/sign-in", "A1"),
        Rule::anyone("/{language}/sign-in/start", "A1"),
        Rule::signed_in("/{language}/sign-in/stayed", "A1"),
        Rule::anyone("/{language}/sign-out", "A1"),
        Rule::anyone("/signed-in", "A1"),
        Rule::anyone("/signed-out", "A1"),
    ],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/sign-in", get(handlers::page))
        .route("/{language}/sign-in/start", get(handlers::start))
        .route("/{language}/sign-in/stayed", get(handlers::stayed))
        .route("/{language}/sign-out", post(handlers::out))
        .route("/signed-in", get(handlers::callback))
        .route("/signed-out", get(handlers::left))
}
