//! Access to a case: its mediator, its officers, and who read or changed it.

mod handlers;
pub mod texts;
mod view;

use axum::{Router, routing::get};

use crate::web::{App, page::Page, rules::Rule};

pub const PAGE: Page = Page {
    routes,
    rules: &[
        Rule::signed_in("/{language}/cases/{case}/mediator", "D-mediator"),
        Rule::signed_in("/{language}/cases/{case}/mediator/end", "R5c"),
        Rule::signed_in("/{language}/cases/{case}/officers", "R3c"),
        Rule::signed_in("/{language}/cases/{case}/officers/end", "R3c"),
        Rule::signed_in("/{language}/cases/{case}/access", "IM1a"),
    ],
    texts: texts::ALL,
    entry: None,
};

fn routes() -> Router<App> {
    Router::new()
        .route("/{language}/cases/{case}/mediator", get(handlers::mediator_form).post(handlers::assign_mediator))
        .route("/{language}/cases/{case}/mediator/end", get(handlers::end_mediator_form).post(handlers::end_mediator))
        .route("/{language}/cases/{case}/officers", get(handlers::officer_form).post(handlers::assign_officer))
        .route("/{language}/cases/{case}/officers/end", get(handlers::end_officer_form).post(handlers::end_officer))
        .route("/{language}/cases/{case}/access", get(handlers::log))
}
