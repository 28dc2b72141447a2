//! Consents of a participant to a mode: offered, given, withdrawn or expired.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};

use crate::web::{App, page::Page, rules::Rule};

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/cases/{case}/participants/{participant}/consent", "IM1c")],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new().route("/{language}/cases/{case}/participants/{participant}/consent", get(handlers::form).post(handlers::record))
}
