//! Sessions of a case: the list with what each waits for, planning one, and every step of it.

mod handlers;
mod steps;
pub mod texts;
mod view;
mod words;

use axum::{Router, routing::get};

use crate::web::{App, page::Page, rules::Rule};

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/cases/{case}/sessions", "R4b"),
        Rule::signed_in("/{language}/cases/{case}/sessions/plan", "R4b"),
        Rule::signed_in("/{language}/cases/{case}/sessions/{meeting}/{step}", "R4b"),
    ],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/cases/{case}/sessions", get(handlers::list))
        .route("/{language}/cases/{case}/sessions/plan", get(handlers::plan_form).post(handlers::plan))
        .route("/{language}/cases/{case}/sessions/{meeting}/{step}", get(handlers::step_form).post(handlers::step))
}
