//! Extracts of OMS: what was read of the offender of a case, and the form that reads it anew.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};

use crate::web::{App, page::Page, rules::Rule};

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/cases/{case}/extracts", "TS1b"),
        Rule::signed_in("/{language}/cases/{case}/extracts/pull", "TS1b"),
    ],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/cases/{case}/extracts", get(handlers::list))
        .route("/{language}/cases/{case}/extracts/pull", get(handlers::pull_form).post(handlers::pull))
}
