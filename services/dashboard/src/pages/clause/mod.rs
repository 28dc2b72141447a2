//! The catalogue of clauses: the page behind every rule and every refusal [P1].

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};

use crate::web::{App, page::Page, rules::Rule};

pub const PAGE: Page = Page {
    routes,
    rules: &[Rule::signed_in("/{language}/clauses", "P1"), Rule::signed_in("/{language}/clauses/{clause}", "P1")],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new().route("/{language}/clauses", get(handlers::list)).route("/{language}/clauses/{clause}", get(handlers::show))
}
