//! Items that pass between participants of a case: the list with what each waits for, registering one, and every step of it.

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
        Rule::signed_in("/{language}/cases/{case}/exchange", "R4b"),
        Rule::signed_in("/{language}/cases/{case}/exchange/register", "R4b"),
        Rule::signed_in("/{language}/cases/{case}/exchange/{item}/{step}", "R4b"),
    ],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/cases/{case}/exchange", get(handlers::list))
        .route("/{language}/cases/{case}/exchange/register", get(handlers::register_form).post(handlers::register))
        .route("/{language}/cases/{case}/exchange/{item}/{step}", get(handlers::step_form).post(handlers::step))
}
