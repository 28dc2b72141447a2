//! Signing in and out [S15].

mod handlers;
pub mod texts;
mod view;

use axum::{
    Router,
    routing::{get, post},
};

use super::Page;
use crate::web::{App, rules::Rule};

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::anyone("/{language}/sign-in", "A1"), Rule::anyone("/{language}/sign-out", "A1")],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/sign-in", get(handlers::page).post(handlers::submit))
        .route("/{language}/sign-out", post(handlers::out))
}
