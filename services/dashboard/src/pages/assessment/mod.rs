//! Assessments of a participant: risk, notes and the next review; imminent risk in one raises a concern.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};

use crate::web::{App, page::Page, rules::Rule};

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/cases/{case}/participants/{participant}/assessment", "R4a")],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new().route("/{language}/cases/{case}/participants/{participant}/assessment", get(handlers::form).post(handlers::record))
}
