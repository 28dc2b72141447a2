//! Documents of a case: the list, adding one, and reading one exactly as it was kept.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};

use crate::web::{App, page::Page, rules::Rule};

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/cases/{case}/documents", "TS1c"),
        Rule::signed_in("/{language}/cases/{case}/documents/{document}", "TS1c"),
        Rule::signed_in("/{language}/cases/{case}/documents/keep", "TS1c"),
    ],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/cases/{case}/documents", get(handlers::list))
        .route("/{language}/cases/{case}/documents/{document}", get(handlers::read))
}

/// Address of the form, whose sending takes as long as a document needs on a slow line.
pub fn uploads() -> Router<App> {
    Router::new().route("/{language}/cases/{case}/documents/keep", get(handlers::form).post(handlers::keep))
}
