//! Participants of a case: adding one, and recording that one left.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};

use crate::web::{App, page::Page, rules::Rule};

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/cases/{case}/participants/add", "D-RO"),
        Rule::signed_in("/{language}/cases/{case}/participants/{participant}/leave", "IM1c"),
    ],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/cases/{case}/participants/add", get(handlers::add_form).post(handlers::add))
        .route("/{language}/cases/{case}/participants/{participant}/leave", get(handlers::leave_form).post(handlers::leave))
}
